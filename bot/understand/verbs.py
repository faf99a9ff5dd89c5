"""The forms of a verb: those a report is asked with, and those of an order (verbs.yaml). Knows no metric."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from bot.understand.period_words import words

# Present, past and imperfect of "they", "we" and "it", and the forms with no person. "Cobré" is not among
# them: it says whose rows are meant.
_AR = "ar ando ado ada o a an amos aron aba aban"
_ER = "er iendo ido ida io e en emos imos ieron ia ian"
_IR = "ir iendo ido ida io e en imos ieron ia ian"
_ENDINGS = {"ar": _AR.split(), "er": _ER.split(), "ir": _IR.split()}
_COMING = ("vamos a", "van a", "va a", "podemos", "podriamos", "alcanzamos a")


def forms(verb: str) -> Iterator[str]:
    """Of "recuperar", or of "to collect"; only verbs that keep their stem."""
    if verb.startswith("to "):
        word = verb.removeprefix("to ")
        yield from (word, f"{word}s", f"{word.removesuffix('e')}ed", f"{word.removesuffix('e')}ing")
    else:
        for ending in _ENDINGS[verb[-2:]]:
            yield verb[:-2] + ending


def finite(verb: str) -> Iterator[str]:
    """Without the participles, which can say what a thing is: "convenios cerrados"."""
    return (form for form in forms(verb) if not form.endswith(("ado", "ada", "ido", "ida")))


def i_did(verb: str) -> Iterator[str]:
    """ "cobré", "vendí", "he cobrado": what says whose rows are meant."""
    if not verb.startswith("to "):
        stem, ar = verb[:-2], verb.endswith("ar")
        yield from (_softened(stem) + "e" if ar else stem + "i", f"he {stem}{'ado' if ar else 'ido'}")


def coming(verb: str) -> Iterator[str]:
    """What is still to happen: "vamos a recuperar", "recuperaremos", "will we collect"."""
    if verb.startswith("to "):
        word = verb.removeprefix("to ")
        yield from (f"will {word}", f"will we {word}", f"going to {word}", f"we will {word}")
        return
    for lead in _COMING:
        yield f"{lead} {verb}"
    for ending in ("a", "an", "emos", "ia", "ian", "iamos"):
        yield verb + ending


# --- What is asked with: "muestre", "pásenme", "le solicito registrar" -------------------------------

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
CLITIC = "(?:me|nos|te|se|le|les)?(?:lo|la|los|las|le|les)?"
_WHAT = ("", *words("lo la los las le les"))
_CLITICS = tuple(whom + what for whom in ("", "me", "nos", "se") for what in _WHAT if whom + what)
_PERSONS = ("s", "ria", "rian", "ara", "aran", "era", "eran")
_SOFT = (("c", "qu"), ("g", "gu"), ("z", "c"))  # before an e: saque, cargue, realice
_WRITTEN = re.compile(r"\b([a-z]+)\.(ar|er|ir|r)\b")  # "pas.ar"; "da.r", "ve.r" have no stem


@cache
def _written() -> Mapping[str, Any]:
    with Path(__file__).with_name("verbs.yaml").open(encoding="utf-8") as source:
        found: Mapping[str, Any] = yaml.load(source, Loader=_LOADER)  # noqa: S506 (builds only text)
    return found


@cache
def asking(verb: str) -> tuple[str, ...]:
    """Every form of "registrar" that asks for it: orders to one and to many, tú and usted, and no person."""
    odd = _written()["irregular"].get(verb, {})
    if "forms" in odd:
        return tuple(odd["forms"])
    stem, kind = verb[:-2], verb[-2:]
    here, then = odd.get("present", stem), odd.get("past", stem)
    that = odd.get("asking") or (_softened(here) if kind == "ar" else here)
    plain, other = ("a", "e") if kind == "ar" else ("e", "a")
    said = {here + plain, here + plain + "s", here + plain + "n", odd.get("order", here + plain)}
    said |= {that + other, that + other + "s", that + other + "n"}
    said.add((_softened(stem) if kind == "ar" else that) + other + "mos")
    past = ("ara", "aras", "aran") if kind == "ar" else _past(then)
    said |= {then + end for end in past} | {verb, verb + "ia", verb + "ias", verb + "ian"}
    said.add(then + "ando" if kind == "ar" else stem + ("yendo" if stem[-1:] in "aeou" else "iendo"))
    return tuple(sorted(said))


def _past(stem: str) -> tuple[str, ...]:
    """ "pusiera", "dijera", "distribuyera"."""
    lead = "" if stem[-1:] in ("j", "y") else "i"
    return tuple(lead + end for end in ("era", "eras", "eran"))


def _softened(stem: str) -> str:
    hard = next(((a, b) for a, b in _SOFT if stem.endswith(a)), None)
    return stem.removesuffix(hard[0]) + hard[1] if hard else stem


def pattern(verb: str) -> str:
    """The forms as one pattern, with what may hang on them."""
    said = asking(verb)
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*said, strict=False))
    lead = "".join(letters[0] for letters in alike)
    rest = "|".join(sorted((form[len(lead) :] for form in said), key=len, reverse=True))
    return f"{lead}(?:{rest}){CLITIC}"


def spelled(phrase: str) -> str:
    """ "solicit.ar que": with each verb written so in all its forms, as a pattern."""
    return _WRITTEN.sub(lambda m: f"(?:{pattern(m[1] + m[2])})", phrase)


def with_clitics(verb: str) -> Iterator[str]:
    """The forms as they stand, and with what is hung on those that are no statement."""
    for form in asking(verb):
        yield form
        if not form.endswith(_PERSONS):
            yield from (form + hung for hung in _CLITICS)


@cache
def showing() -> frozenset[str]:
    """ "muéstreme", "pásenoslo", "dígame": give it to me, in any of its forms."""
    return frozenset(said for verb in _written()["show"].split() for said in with_clitics(verb))
