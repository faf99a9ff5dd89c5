# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Stretches a list of words cannot hold: buckets by their days, hours, numbers, days without contact."""

import re
from dataclasses import dataclass
from typing import Any

from bot.understand.period_words import NUMBERS, words

EDGES = ((1, 30), (31, 60), (61, 90), (91, 120), (121, 150), (151, 180))
BUCKETS = ("0", "1-30", "31-60", "61-90", "91-120", "121-150", "151-180", "181+")
_CUE = r"(?:buckets?|tramos?|rango|mora|cubeta|banda|b)\s*(?:de\s+(?:mora\s+)?)?(?:del?\s+)?"
_TAIL = (
    r"(?:\s*(?:dias|days|d)\b)?(?:\s+(?:de\s+(?:mora|atraso|vencid[oa]s?)|past due|late|overdue|delinquent))?"
)
_CUED = re.compile(rf"\b{_CUE}(?P<a>\d{{1,3}})\s*(?:-|/|a|al|to)\s*(?P<b>\d{{1,3}}){_TAIL}(?!\d)")
_PAIR = re.compile(
    rf"(?<![\d/.-])(?:(?P<lead>del?|from|entre|between)\s+)?(?P<a>\d{{1,3}})\s*"
    rf"(?P<link>-|/|\ba\b|\bal\b|\bto\b|\by\b|\band\b)\s*(?P<b>\d{{1,3}})(?P<tail>{_TAIL})(?![\d/%]|[-.]\d)"
)
_INDEX = re.compile(
    r"\b(?:(?:buckets?|tramo|cubeta|bkt)\s*(?:numero |no\.? ?|#)?(?P<a>[0-7])|b(?P<b>[0-7]))(?![\d+-])"
)
_OPEN = re.compile(
    r"(?:\b(?:buckets?|mora|tramo)\s+(?:de\s+)?)?(?P<n>\+\s?(?P<a>\d{2,3})|(?<!\d)(?P<b>\d{2,3})\s?\+)(?:\s*(?:dias|days|dpd))?(?!\w)"
)
_SINCE_CONTACT = re.compile(
    r"\b(?:(?:sin (?:ningun )?(?:contacto|gestion|gestiones|gestionar|contactar|ser contactad[oa]s?|ser gestionad[oa]s?|marcar|llamada|llamadas)"
    r"|no contact|without contact|not contacted|uncontacted|que no (?:se )?(?:han )?(?:contactamos|contactado|gestionado|han sido contactadas))"
    r"\s+(?:(?:en|desde|hace|por|los|las|ultimos|ultimas|mas|de|in|for|the|last|over|more|than|past)\s+)*(?P<a>\d{1,3})\s+(?:dias|days)"
    r"|(?:mas de\s+)?(?P<b>\d{1,3})\s+(?:dias|days)\s+(?:sin (?:contacto|gestion|llamada)|without (?:a )?contact|with no contact))\b"
)
# Only the third person: "¿llegamos a la meta?" asks how far, not who.
_REACHED = re.compile(
    r"\b(?P<no>(?:no|todavia no|aun no|did not|didn't|didnt|have not|haven't|has not|hasn't|not)\s+)?(?:ya\s+|already\s+|have\s+|has\s+|han\s+|ha\s+)*"
    r"(?:lleg(?:aron|o|an|ado|uen|ue)|alcanz(?:aron|o|an|ado)|cumpl(?:ieron|io|en|ido)|super(?:aron|o|an|ado)|pas(?:aron|o|ado)|rebas(?:aron|o|an|ado)|logr(?:aron|o|ado)"
    r"|reach(?:ed|es)?|hit|hits|met|meet|beat|beats)\s+(?:ya\s+)?(?:a\s+|con\s+|de\s+)?(?:la|su|sus|el|the|their|his|her)\s+"
    r"(?:metas?|objetivos?|cuotas?|targets?|goals?|quotas?)\b"
)
_CLOCK = r"(?:las\s+)?(\d{1,2})(?::(00))?\s*(am|pm|a\.m\.|p\.m\.|hrs?|horas|h)?"
_PART_OF_DAY = r"(?:\s+(?:de|en|por) la (manana|tarde|noche)|\s+in the (morning|afternoon|evening))?"
_HOURS = re.compile(
    rf"\b(de|from|entre|between)\s+{_CLOCK}\s*(?:a|to|y|and|hasta|-)\s*{_CLOCK}{_PART_OF_DAY}(?![\w:%-])"
)
_HOUR = re.compile(
    r"\b(a las|at|despues de las|antes de las|desde las|after|before|a partir de las|la hora de las|hora)\s+"
    rf"(\d{{1,2}})(?::(00))?\s*(am|pm|a\.m\.|p\.m\.|hrs?|horas|h)?{_PART_OF_DAY}(?![\w:%-])"
    r"(?!\s+(?:cuentas?|casos|agentes|asesor[ae]s|campanas|clientes|promesas|llamadas|convenios|accounts|agents|calls))"
)
_HOUR_OPS = {"a las": "eq", "at": "eq", "la hora de las": "eq", "hora": "eq", "despues de las": "ge", "desde las": "ge",
             "a partir de las": "ge", "after": "ge", "antes de las": "lt", "before": "lt"}  # fmt: skip
# "los que pasan de 40 %"; "pasan de 31-60 a 61-90" is a roll.
_PASSES = re.compile(
    r"\b(?:(?:que|quienes)\s+)?(?:no\s+)?pas(?:a|an|aron|en)\s+del?\s+(?=\$?\s?\d)(?!\d{1,3}\s*(?:-|a|al)\s*\d)(?!\d{4,})"
)
_ABOVE = re.compile(
    r"\b(?P<no>no\s+)?(?:super|rebas|sobrepas|exced)(?:aron|an|en|o|a|ieron|io|aban|ian|ado|ido)\s+(?:(?:el|los|las|la|al|a)\s+)?(?=\$?\s?\d)"
    r"|\b(?P<not>(?:did not|didn't|do not|don't|not)\s+)?(?:exceed(?:ed|s)?|surpass(?:ed|es)?|top(?:ped|s)|went (?:over|above|past))\s+(?:the\s+)?(?=\$?\s?\d)"
)
_UNDER = re.compile(
    r"\b(?:baj|cay)(?:aron|an|o|eron|en)\s+(?:por\s+)?(?:de|del|abajo del?|debajo del?)\s+(?=\$?\s?\d[\d.,]*\s*(?:%|por ciento))|\b(?:fell|dropped|went) (?:below|under)\s+(?=\$?\s?\d)"
)
_NONE_OF = re.compile(r"\b(?:cero|zero|0|ni una sola|ni un solo|ninguna?)\s+(?=[a-z])")
_SCALES = {"mil": 1_000, "k": 1_000, "thousand": 1_000, "millon": 1_000_000, "millones": 1_000_000,
           "m": 1_000_000, "mm": 1_000_000, "mdp": 1_000_000, "million": 1_000_000}  # fmt: skip
_UNITS = {
    "percent": ["%", "por ciento", "porciento", "percent", "pct"],
    "minutes": words("min mins minuto minutos minute minutes"),
    "seconds": words("s seg segs segundo segundos sec secs second seconds"),
    "days": words("dia dias day days"),
    "money": words("peso pesos mxn mn"),
}
_UNIT_OF = {word: unit for unit, spelled in _UNITS.items() for word in spelled}
_WORDS = "|".join(
    sorted((w for w in NUMBERS if w not in ("un", "una", "uno", "one", "a", "once")), key=len, reverse=True)
)
_NUMBER = re.compile(
    rf"(?P<cash>\$\s*)?(?:(?P<n>\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)|\b(?P<w>{_WORDS})\b)"
    rf"(?:\s*(?P<scale>{'|'.join(sorted(_SCALES, key=len, reverse=True))})(?![a-z0-9]))?(?:\s+de(?=\s+pesos))?"
    rf"(?:\s*(?P<unit>%|por ciento|{'|'.join(sorted((w for w in _UNIT_OF if w.isalpha()), key=len, reverse=True))})(?![a-z0-9])"
    r"(?:(?<=days)\s+(?:past due|late|overdue|delinquent)|(?<=dias)\s+vencid[oa]s)?)?"
)


@dataclass(frozen=True, slots=True)
class Span:
    kind: str  # value | filter | number
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as typed, with what it is counted in."""

    number: float
    unit: str = ""  # percent | minutes | seconds | days | money | ""


def find_spans(text: str) -> list[Span]:
    """All of them, overlapping; the caller keeps the longest at each place."""
    out = [*_buckets(text), *_rules(text), *_without_contact(text), *_hours(text), *_reached(text)]
    out += [
        Span("cmp", "le" if " no " in f" {m.group()} " else "gt", *m.span()) for m in _PASSES.finditer(text)
    ]
    out += [Span("cmp", "le" if m["no"] or m["not"] else "gt", *m.span()) for m in _ABOVE.finditer(text)]
    out += [Span("cmp", "lt", *m.span()) for m in _UNDER.finditer(text)]
    out += [Span("none_of", 0, m.start(), m.end()) for m in _NONE_OF.finditer(text)]
    out += [Span("number", _amount(m), *m.span()) for m in _NUMBER.finditer(text) if _stands_alone(text, m)]
    return out


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    return not before.isalnum() and before not in "." and not after.isalnum()


def _amount(match: re.Match[str]) -> Amount:
    number = float(match["n"].replace(",", "")) if match["n"] else float(NUMBERS[match["w"]])
    number *= _SCALES.get(match["scale"] or "", 1)
    unit = _UNIT_OF.get(match["unit"] or "", "")
    return Amount(number, "money" if match["cash"] and not unit else unit)


def _buckets(text: str) -> list[Span]:
    out: list[Span] = []
    for match in _CUED.finditer(text):
        if (int(match["a"]), int(match["b"])) in EDGES:
            out.append(_bucket(f"{int(match['a'])}-{int(match['b'])}", match))
    for match in _PAIR.finditer(text):
        pair = (int(match["a"]), int(match["b"]))
        # "del 1 al 30" is the month's days; with "días" after it, or above 31, it can only be a bucket.
        days_of_month = match["link"] == "al" and pair[1] <= 31 and not match["tail"].strip()
        counted = match["link"] in ("y", "and") and match["lead"] not in ("entre", "between")
        if pair in EDGES and not days_of_month and not counted:
            out.append(_bucket(f"{pair[0]}-{pair[1]}", match))
    for match in _INDEX.finditer(text):
        out.append(_bucket(BUCKETS[int(match["a"] or match["b"])], match))
    for match in _OPEN.finditer(text):
        days = int(match["a"] or match["b"])
        # With the word before it and without: in "índice de mora 60+" that word is the metric's.
        for start in {match.start(), match.start("n")}:
            if days in (180, 181):
                out.append(Span("value", ("bucket", "181+"), start, match.end()))
            elif days in (30, 60, 90, 120, 150):
                out.append(Span("filter", ("days_past_due", "ge", days), start, match.end()))
    return out


def _bucket(name: str, match: re.Match[str]) -> Span:
    return Span("value", ("bucket", name), *match.span())


_RULE = re.compile(
    r"\b(?:(?:de|del|of)\s+)?(?:(?:la|the)\s+)?(?:(?:regla|rule)\s+)(?:no\.?\s+|numero\s+)?(?:r\s?)?(?P<n>\d{1,2})(?P<b>b?)(?![a-z0-9])|\br(?P<m>\d{2})(?P<c>b?)(?![a-z0-9])"
)


def _rules(text: str) -> list[Span]:
    """ "la regla 6", "R06": which rule was broken."""
    return [
        Span("value", ("rule", f"R{int(m['n'] or m['m']):02}{m['b'] or m['c'] or ''}"), *m.span())
        for m in _RULE.finditer(text)
    ]


def _without_contact(text: str) -> list[Span]:
    return [
        Span("filter", ("last_contact", "not_in_period", int(m["a"] or m["b"])), *m.span())
        for m in _SINCE_CONTACT.finditer(text)
    ]


def _reached(text: str) -> list[Span]:
    return [
        Span("filter", ("goal_attainment", "lt" if m["no"] else "ge", 1), *m.span())
        for m in _REACHED.finditer(text)
    ]


def _hours(text: str) -> list[Span]:
    out: list[Span] = []
    for match in _HOURS.finditer(text):
        lead, first, _, half_one, last, _, half_two, part_es, part_en = match.groups()
        said = half_one or half_two or part_es or part_en or "las " in match.group()
        start, end = (
            _clock(first, half_one or half_two, part_es or part_en),
            _clock(last, half_two, part_es or part_en),
        )
        if start is None or end is None or start >= end:
            continue
        # Without "hrs", "las" or am/pm only office hours written in full can be hours.
        if not said and (lead not in ("de", "from") or int(first) < 7 or (int(first), int(last)) in EDGES):
            continue
        out.append(Span("filter", ("hour", "between", (start, end)), *match.span()))
    for match in _HOUR.finditer(text):
        hour = _clock(match[2], match[4], match[5] or match[6])
        if hour is not None and (
            match[1] not in ("at", "after", "before") or match[4] or match[5] or match[6]
        ):
            out.append(Span("filter", ("hour", _HOUR_OPS[match[1]], hour), *match.span()))
    return out


def _clock(hour: str, half: str | None, part: str | None) -> int | None:
    number = int(hour)
    afternoon = (half or "").startswith("p") or part in ("tarde", "noche", "afternoon", "evening")
    if afternoon and number < 12:
        number += 12
    return number if 0 <= number <= 23 else None
