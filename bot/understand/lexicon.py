"""Compiles the catalogue's words and lexicon.yaml into one table of phrases. Knows no grammar."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Literal

import yaml
from rapidfuzz.distance import OSA

from bot.understand.names import GIVEN, sound_of
from bot.understand.normalise import fold, key_of, words_of
from bot.understand.period_words import MONTHS, NUMBERS, WEEKDAYS, words
from bot.understand.verbs import coming, finite, forms, i_did, with_clitics
from db.metrics import Catalogue, Metric, Planned
from db.states import state_names, state_of

HERE = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # all is text: "no" is a word here
Better = Literal["up", "down", "none"]
Phrase = tuple[str, ...]
_PERIOD_WORDS = words(
    "semana semanas quincena quincenas trimestre semestre pasado pasada anterior antier anteayer manana "
    "hoy ayer ultimos ultimas ultimo ultima proximo proxima fecha month months week weeks quarter yesterday "
    "today tomorrow last next this previous primera segunda primer segundo tercer trimestres meses dias days "
    "cierre"
)
# Where one phrase is of two kinds, the kind named first is kept.
# Whole phrases that win over a metric's words.
_COMMANDS = ("clear", "unsplit", "everyone", "instead")
_PLAIN_OPERATORS = words(
    "by ne vs compare gt ge lt le between and also only everyone instead they clear unsplit uncompare "
    "unlimit reverse me team who which why unusual peak target budget share previous trend generic odd"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase is: `kind` says which part of a question, `value` which one of that kind."""

    kind: str
    value: Any = None
    weak: bool = False
    alt: "Entry | None" = None


@dataclass(frozen=True)
class Lexicon:
    """Phrases by their words without plurals; `longest`: how long the longest is that begins with a word."""

    phrases: Mapping[Phrase, Entry]
    spelled: Mapping[Phrase, Entry]  # where the plural means another thing: contacto, contactos
    longest: Mapping[str, int]
    vocabulary: Mapping[str, str]  # words worth repairing a typo toward, by their key
    near: Mapping[str, tuple[str, ...]]  # the keys of the vocabulary by their first letter
    sounds: Mapping[str, str]  # the same words by how they sound; two that sound alike are left out
    common: frozenset[str]  # words a repair leaves alone
    better: Mapping[str, Better]
    absorbs: Mapping[str, frozenset[str]]
    forward: frozenset[str]
    echoes: Mapping[str, frozenset[str]]  # a word -> the metrics it only repeats
    asked: Mapping[str, tuple[str, ...]]  # an ambiguous word -> the metrics it may mean
    settled: Mapping[str, frozenset[str]]  # an ambiguous word -> the metrics beside which it asks nothing
    made: Mapping[str, tuple[frozenset[str], str]]  # verbs that say which of them: "took promises"
    verbs_of: Mapping[str, Mapping[str, str]]  # a verb -> its noun -> the metric both are
    mine: frozenset[str]  # "cobré", "he vendido": a metric, and whose
    shares: Mapping[str, str]  # a metric -> the rate that "what share of it" asks for
    unclear: Mapping[str, tuple[str, tuple[str, ...]]]  # a word -> its field and the values it may mean
    labels: Mapping[Phrase, str]  # a message that is a metric's label and nothing else -> the metric
    catalogue: Catalogue = field(repr=False)

    def match(self, keys: Phrase, words: Phrase, at: int) -> tuple[int, Entry] | None:
        """The longest phrase that begins at this word: how many words, and what it is."""
        for length in range(min(self.longest.get(keys[at], 0), len(keys) - at), 0, -1):
            entry = self.spelled.get(words[at : at + length]) or self.phrases.get(keys[at : at + length])
            if entry is not None:
                return length, entry
        return None

    def nearer(self, typed: str, other: str) -> bool:
        """Whether a word of ours is closer to what was typed: "recuperdo" is no "recuerdo"."""
        least = OSA.distance(typed, other)
        near = (word for word in self.vocabulary.values() if word[0] == typed[0])
        return any(OSA.distance(typed, word, score_cutoff=least) < least for word in near)

    def knows(self, key: str) -> bool:
        return key in self.longest or key in self.vocabulary


def keys_of(phrase: str) -> Phrase:
    return tuple(key_of(word) for word in words_of(phrase))


def _operator_entries(raw: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    for kind in _PLAIN_OPERATORS:
        for phrase in _in_each_form(raw["operators"][kind]):
            yield phrase, Entry("cmp", kind) if kind in ("gt", "ge", "lt", "le") else Entry(kind, phrase)
    for group, kind in (
        ("orders", "order"),
        ("grains", "grain"),
        ("charts", "chart"),
        ("variants", "variant"),
    ):
        for value, phrases in raw[group].items():
            for phrase in _in_each_form(phrases):
                yield phrase, Entry(kind, value)
    for value, phrases in raw["ranks"].items():
        for phrase in phrases:
            yield phrase, Entry("rank", value)


def _in_each_form(phrases: Iterable[str]) -> Iterator[str]:
    """ "compar.ar con": "compare con", "compárelo con", "comparar con"."""
    for phrase in phrases:
        verb, *rest = phrase.split(" ", 1)
        forms_ = with_clitics(verb.replace(".", "")) if _DOTTED.fullmatch(verb) else (verb,)
        yield from (" ".join((form, *rest)) for form in forms_)


_DOTTED = re.compile(r"[a-z]+\.(?:ar|er|ir)")
# A bucket by its other names: "por tramo", "cubeta de origen".
_BUCKETS = ("bucket", "tramo", "cubeta")


def _by_each_name(phrase: str) -> Iterator[str]:
    yield phrase
    if "bucket" in phrase.split():
        yield from (
            " ".join(name if word == "bucket" else word for word in phrase.split()) for name in _BUCKETS[1:]
        )


def _thing_entries(raw: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    for name, phrases in raw["dimensions"].items():
        for phrase in (each for one in phrases for each in _by_each_name(one)):
            yield phrase, Entry("dim", name)
    for name, values in raw["values"].items():
        for value, phrases in values.items():
            for phrase in phrases:
                yield phrase, Entry("value", (name, True if value == "true" else value))
    for name, phrases in raw["fields"].items():
        for phrase in phrases:
            yield phrase, Entry("field", name)
    for name, entry in raw["unclear"].items():
        for phrase in entry["words"]:
            yield phrase, Entry("unclear", name)
    for name in state_names():
        yield name, Entry("value", ("state", name))
        if fold(name).startswith("nuevo "):  # "de nuevo" alone says "again"
            yield f"de {name}", Entry("value", ("state", name))
    for writing in raw["state_words"]:
        yield writing, Entry("value", ("state", state_of(writing)))


def _metric_entries(raw: Mapping[str, Any], catalogue: Catalogue) -> Iterator[tuple[str, Entry]]:
    weak_words = {keys_of(w) for w in raw["weak_words"]}
    entries: list[Metric | Planned] = [*catalogue.metrics.values(), *catalogue.planned.values()]
    for entry in entries:
        extra = raw["metrics"].get(entry.id, ())
        spelled = (entry.id.replace("_", " "), entry.id)
        # One word ("Payments") is its metric only alone, so is "llamadas por hora": of today it is a split.
        labels = [one for one in _labels(entry) if " " in one and not one.endswith(" por hora")]
        for phrase in (*labels, *entry.words.es, *entry.words.en, *extra, *spelled):
            weak = entry.id in raw["weak"] or keys_of(phrase) in weak_words
            for said in (each for one in (phrase, *_in_full(phrase)) for each in _by_each_name(one)):
                yield said, Entry("metric", entry.id, weak)
    yield from _verb_entries(raw)
    for kind, groups in (("ask", raw["ask"]), ("echo", raw["echoes"])):
        for name, group in groups.items():
            for phrase in group["words"]:
                yield phrase, Entry(kind, name)


def _labels(entry: Metric | Planned) -> tuple[str, str]:
    return entry.label.es, entry.label.en


# What may stand between "cuentas" and its verb: "cuentas que ya se trabajaron".
_BETWEEN = ("", "se", "que", "que se", "ya", "ya se", "hemos", "han", "que han", "que hemos", "se han")


_BETWEEN_EN = ("", "have we", "we have", "we", "did we", "that we", "that were", "were", "have been", "are")


def _verb_entries(raw: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Verbs say a metric in all their forms, but for those that are somebody's name ("Marco")."""
    for metric, verbs in raw["verbs"].items():
        for form in (form for verb in verbs for form in (*forms(verb), *i_did(verb)) if form not in GIVEN):
            yield form, Entry("metric", metric, metric in raw["weak"])
    for metric, verbs in raw["coming"].items():
        for form in (form for verb in verbs for form in coming(verb)):
            yield form, Entry("metric", metric)
    for metric, verbs in raw["account_verbs"].items():
        for verb in verbs:
            noun, gaps = ("accounts", _BETWEEN_EN) if verb.startswith("to ") else ("cuentas", _BETWEEN)
            for form, between in product(forms(verb), gaps):
                yield " ".join((noun, between, form)), Entry("metric", metric)


def _variant_entries(catalogue: Catalogue) -> Iterator[tuple[str, Entry]]:
    """ "csat promedio", "entre intentos": words that choose one of a metric's definitions."""
    owners: dict[str, list[tuple[str, str]]] = {}
    for metric in catalogue.metrics.values():
        for name, one in metric.variants.items():
            for phrase in (*one.words.es, *one.words.en):
                owners.setdefault(phrase, []).append((metric.id, name))
    for phrase, pairs in owners.items():
        yield phrase, Entry("named", tuple(pairs))


# "número de cuentas" is also written "no. de cuentas"; "promesas rotas" also said "promesas de pago rotas".
_FULL = (("promesas", "promesas de pago"), ("promesa", "promesa de pago"), ("promises", "promises to pay"),
         ("compromisos", "compromisos de pago"))  # fmt: skip


def _in_full(phrase: str) -> Iterator[str]:
    said = phrase.split()
    if said[:2] == ["numero", "de"]:
        yield " ".join(("no . de", *said[2:]))
    for short, full in _FULL:
        if short in said and full not in phrase and len(said) > 1:
            yield " ".join(full if word == short else word for word in said)


class _Table:
    """Phrases as they are collected; the first kind a phrase is given stays its first."""

    def __init__(self) -> None:
        self.phrases: dict[Phrase, Entry] = {}
        self.exact: dict[Phrase, Entry] = {}
        self.words: dict[str, str] = {}
        self._first_words: dict[Phrase, Phrase] = {}

    def fill(self, pairs: Iterable[tuple[str, Entry]]) -> None:
        for phrase, entry in pairs:
            typed = words_of(phrase)
            keys = tuple(key_of(word) for word in typed)
            self.words.update(zip(keys, typed, strict=True))
            known = self.phrases.get(keys)
            if known is None:
                self.phrases[keys], self._first_words[keys] = entry, typed
            elif known.kind == entry.kind or entry.kind == "stop":
                continue
            elif self._first_words[keys] != typed:
                self.exact.setdefault(typed, replace(entry, alt=known))
            if known is not None and known.alt is None and known.kind != entry.kind:
                self.phrases[keys] = replace(known, alt=entry)


# Words of a product's name that do not tell it from another.
_GENERIC = frozenset(words("credito creditos prestamo prestamos linea para loan product producto"))


def _product_entries(products: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    """By its whole name, or by the words that tell it: "tarjeta" is each of the cards there are."""
    told: dict[str, list[str]] = {}
    for lent in products:
        yield lent, Entry("value", ("product", lent))
        for word in words_of(lent):
            if len(word) > 3 and word.isalpha() and word not in _GENERIC:
                told.setdefault(word, []).append(lent)
    for word, those in told.items():
        yield word, Entry("value", ("product", those[0] if len(those) == 1 else tuple(those)))


def load_lexicon(
    catalogue: Catalogue, path: Path = HERE / "lexicon.yaml", *, products: Iterable[str] = ()
) -> Lexicon:
    """The one table of this catalogue. What a metric is called wins over an operator of the same words."""
    return _made(catalogue, path, tuple(products))


@lru_cache(maxsize=16)
def _made(catalogue: Catalogue, path: Path, products: tuple[str, ...]) -> Lexicon:
    with path.open(encoding="utf-8") as source:
        raw = yaml.load(source, Loader=_LOADER)  # noqa: S506 (builds nothing but text)
    table = _Table()
    operators = list(_operator_entries(raw))
    table.fill((p, e) for p, e in operators if len(words_of(p)) == 1 or e.kind in _COMMANDS)
    metrics = [(p, e) for p, e in _metric_entries(raw, catalogue) if words_of(p)[:1] != ("contra",)]
    table.fill(metrics)
    table.fill(_variant_entries(catalogue))
    table.fill(operators)
    table.fill(_thing_entries(raw))
    table.fill(_product_entries(products))
    table.fill((form, Entry("stop", "verb")) for verb in raw["light_verbs"] for form in finite(verb))
    table.fill((p, Entry("stop")) for p in raw["stop"])
    for verb, group in raw["verbs_of"].items():
        table.fill((form, Entry("verb", verb)) for form in group.get("words") or forms(verb))
    made = (verb for group in raw["ask"].values() for verb in group.get("made", ()))
    table.fill((verb, Entry("stop")) for verb in made)
    return _compiled(raw, table, catalogue)


def _compiled(raw: Mapping[str, Any], table: _Table, catalogue: Catalogue) -> Lexicon:
    phrases = table.phrases
    longest: dict[str, int] = {}
    for keys in phrases:
        longest[keys[0]] = max(longest.get(keys[0], 0), len(keys))
    worth = {key_of(word): word for group in (MONTHS, WEEKDAYS, _PERIOD_WORDS) for word in group}
    worth |= {
        key: table.words[key]
        for keys, entry in phrases.items()
        if entry.kind not in ("stop", "verb")
        for key in keys
    }
    common = {key_of(fold(w)) for w in _common_words()} | set(NUMBERS)
    common |= {key_of(form) for verb in raw["common_verbs"] for form in forms(verb)}
    common |= {word for keys, entry in phrases.items() if entry.kind == "stop" for word in keys}
    # A repair never leads to a filler word, nor to a word that says something only within a phrase.
    said = {
        keys[0] for keys, entry in phrases.items() if len(keys) == 1 and entry.kind not in ("stop", "verb")
    }
    said |= {key_of(word) for group in (MONTHS, WEEKDAYS, _PERIOD_WORDS) for word in group}
    vocabulary = {
        k: w for k, w in worth.items() if len(k) >= 4 and k.isalpha() and (k in said or k not in common)
    }
    named: list[Metric | Planned] = [*catalogue.planned.values(), *catalogue.metrics.values()]
    return Lexicon(
        phrases=phrases,
        spelled=table.exact,
        longest=longest,
        vocabulary=vocabulary,
        near=by_letter(vocabulary),
        sounds=_by_sound(vocabulary),
        common=frozenset(common),
        better=_polarity(raw, catalogue),
        absorbs={k: frozenset(v) for k, v in raw["absorbs"].items()},
        forward=frozenset(raw["forward"]),
        echoes={k: frozenset(v["of"]) for k, v in raw["echoes"].items()},
        asked={k: tuple(v["of"]) for k, v in raw["ask"].items()},
        settled={k: frozenset((*v["of"], *v.get("beside", ()))) for k, v in raw["ask"].items()},
        verbs_of={k: v["of"] for k, v in raw["verbs_of"].items()},
        shares=raw["shares"],
        mine=frozenset(form for verbs in raw["verbs"].values() for verb in verbs for form in i_did(verb)),
        made={k: (frozenset(v["made"]), v["as"]) for k, v in raw["ask"].items() if "made" in v},
        unclear={k: (v["field"], tuple(v["of"])) for k, v in raw["unclear"].items()},
        labels={keys_of(label): e.id for e in named for label in _labels(e)},
        catalogue=catalogue,
    )


def by_letter(vocabulary: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """A slip keeps the first letter: only those that share it are looked at."""
    out: dict[str, list[str]] = {}
    for key in vocabulary:
        out.setdefault(key[0], []).append(key)
    return {letter: tuple(keys) for letter, keys in out.items()}


def _by_sound(vocabulary: Mapping[str, str]) -> dict[str, str]:
    """ "yamadas" sounds like "llamadas"."""
    heard: dict[str, list[str]] = {}
    for key in vocabulary:
        heard.setdefault(sound_of(key), []).append(key)
    return {sound: keys[0] for sound, keys in heard.items() if len(keys) == 1}


def _common_words() -> list[str]:
    text = (HERE / "common_words.txt").read_text(encoding="utf-8")
    return [w for line in text.splitlines() if not line.startswith("#") for w in line.split()]


def _polarity(raw: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Better]:
    better: dict[str, Better] = dict.fromkeys(catalogue.planned, "up")
    for name in ("down", "none"):
        better.update(dict.fromkeys(raw["polarity"][name], name))
    better.update({m.id: m.better for m in catalogue.metrics.values()})
    return better
