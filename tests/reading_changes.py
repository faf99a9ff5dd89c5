# ruff: noqa: E501 (a table is easier to read in one piece)
"""The changes themselves: each makes another text of a labelled row, or None where it cannot."""

import json
import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bot.understand.lexicon import Entry, keys_of
from bot.understand.normalise import fold
from bot.understand.period_words import words
from bot.understand.verbs import asking
from tests.reading_agency import agency, reader

Row = Mapping[str, Any]
# The text, and for another name: which, and the one it stands for.
Change = Callable[[Row, random.Random], tuple[str, Any] | None]


# --- Around the request ----------------------------------------------------------------------------

_BEFORE = {
    "es": ("Buenas tardes, ", "hola, ", "oye ", "por favor ", "porfa ", "Disculpe la molestia, ", "cuando pueda, ",
           "Si no es molestia, ", "buen día equipo, ", "Estimados, ", "de favor ", "si me hace favor, ",
           "perdón que moleste, ", "una pregunta, ", "cuando tengas chance, ", "hola buenas tardes, espero estés bien, "),
    "en": ("Hi, ", "hey, ", "please ", "good morning, ", "when you get a chance, ", "if you don't mind, ",
           "sorry to bother you, ", "quick question: ", "hello team, "),
}  # fmt: skip
_AFTER = {
    "es": (" por favor", ", gracias", " porfa", ", si no es molestia", ", quedo al pendiente", ", saludos", " xfa",
           ", muchas gracias", ", de antemano gracias", ", cuando puedas", ", te lo agradezco", ", le agradeceré su apoyo",
           " plis", ", urge"),
    "en": (" please", ", thanks", " when you get a chance", ", thanks in advance", ", much appreciated", " asap", " pls"),
}  # fmt: skip


def before(row: Row, dice: random.Random) -> tuple[str, Any]:
    return dice.choice(_BEFORE[_lang(row)]) + row["text"], None


def after(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    text = row["text"].rstrip()
    tail = "?" if text.endswith("?") else ""
    return text.rstrip("?.! ") + dice.choice(_AFTER[_lang(row)]) + tail, None


def _lang(row: Row) -> str:
    english = re.search(
        r"\b(?:the|of|by|show|what|how|from|for|accounts?|by|last|this|me)\b", row["text"].lower()
    )
    return "en" if row.get("lang", "en" if english else "es") == "en" else "es"


# --- The form of the verb --------------------------------------------------------------------------

_VERBS = words(
    "mostrar pasar sacar mandar enviar traer poner listar generar dar registrar capturar anotar crear agregar marcar "
    "cambiar asignar reasignar mover transferir repartir cancelar programar agendar bloquear quitar dejar levantar "
    "apuntar hacer enseñar armar fijar subir bajar avisar borrar retener liberar congelar comparar ordenar"
)


@cache
def _told() -> dict[str, str]:
    """The order to one person, tú, of each verb."""
    odd = {"hacer": "haz", "poner": "pon", "dar": "da", "transferir": "transfiere", "retener": "reten",
           "mover": "mueve", "mostrar": "muestra"}  # fmt: skip
    plain = {v: v[:-2] + ("a" if v.endswith("ar") else "e") for v in map(fold, _VERBS)}
    return {form: verb for verb, form in {**plain, **odd}.items()}


_CLITIC = r"(?P<c>(?:me|nos|le|les)?(?:lo|la|los|las)?)"


def form(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    """ "muéstrame" -> "muéstreme", "muéstrenme"; "registra" -> "favor de registrar"."""
    found = re.match(rf"\W*(?P<v>{'|'.join(_told())}){_CLITIC}\b", fold(row["text"]))
    if (
        found is None
        or len(fold(row["text"])) != len(row["text"])
        or row.get("pending")
        or "quita promedio" in row["text"]
    ):
        return None
    verb = _told()[found["v"]]
    usted = (
        next(f for f in asking(verb) if f.endswith(("e", "a")) and _is_usted(f, verb))
        if verb != "dar"
        else "de"
    )
    ways = [usted + found["c"], usted + "n" + found["c"] if verb != "dar" else "den" + found["c"]]
    ways += [lead + verb + found["c"] for lead in ("favor de ", "le solicito ", "necesito ", "me ayuda a ")]
    ways += [f"necesito que me {usted} " if verb == "dar" else f"quiero que {_apart(found['c'])}{usted}"]
    start, end = found.span("v")[0], found.span("c")[1]
    return row["text"][:start] + dice.choice(ways) + row["text"][end:], None


def _is_usted(form_: str, verb: str) -> bool:
    return (
        form_[-1] != ("a" if verb.endswith("ar") else "e") and form_ + "n" in asking(verb) and form_ != verb
    )


def _apart(clitics: str) -> str:
    said = re.match(r"(me|nos|le|les)?(lo|la|los|las)?$", clitics)
    return "".join(f"{each} " for each in (said.groups() if said else ()) if each)


# --- How it is spelled -----------------------------------------------------------------------------


def flat(row: Row, dice: random.Random) -> tuple[str, Any]:
    plain = "".join(c for c in unicodedata.normalize("NFD", row["text"]) if not unicodedata.combining(c))
    return plain.lower().replace("¿", "").replace("?", "" if dice.random() < 0.5 else "?"), None


def loud(row: Row, dice: random.Random) -> tuple[str, Any]:
    return row["text"].upper(), None


_SHORT = (
    ("por", "x"),
    ("para", "pa"),
    ("que", "q"),
    ("de", "d"),
    ("cuenta", "cta"),
    ("cuentas", "ctas"),
    ("también", "tmb"),
)


def short(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    text = row["text"]
    for long, brief in _SHORT:
        text = re.sub(rf"(?<![\w'\"]){long}(?![\w'\"])", brief, text)
    return (text, None) if text != row["text"] and '"' not in text else None


# --- The order of its parts ------------------------------------------------------------------------

_PERIODS = (
    r"ayer|hoy|antier|esta semana|este mes|la semana pasada|el mes pasado|la quincena pasada|esta quincena"
    r"|en octubre|en septiembre|en agosto|en lo que va del mes|yesterday|today|this week|this month|last week|last month|in October"
)


def earlier(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    """The period first."""
    found = re.search(rf"\s(?P<p>{_PERIODS})(?P<end>\W*)$", row["text"])
    if (
        found is None
        or row["expected"]["outcome"] not in ("question", "list", "report")
        or row.get("previous")
    ):
        return None
    head = row["text"][: found.start()].lstrip("¿¡")
    if re.search(
        r"(?:\b(?:de|del|a|al|vs|contra|con|y|hasta|from|to|and|entre|than|que|of|until|desde|since|para|for|los))$",
        head,
    ) or _PLAIN_AGAIN.search(head):
        return None
    lead = "" if dice.random() < 0.5 else ", "
    return found["p"] + (lead or " ") + head + found["end"].rstrip(), None


_PLAIN_AGAIN = re.compile(
    rf"{_PERIODS}|\bvs|contra|compar|against|por que|why|meta|presupuesto|budget|target", re.IGNORECASE
)

_SAME = (
    ("ayer", "el día de ayer"), ("ayer", "el 17 de noviembre"), ("hoy", "el día de hoy"), ("la semana pasada", "la semana anterior"),
    ("el mes pasado", "el mes anterior"), ("el mes pasado", "octubre"), ("este mes", "lo que va del mes"),
    ("en octubre", "de octubre"), ("de octubre", "en octubre"), ("octubre", "octubre de 2026"), ("octubre", "oct"),
    ("esta semana", "lo que va de la semana"), ("septiembre", "sept"), ("del mes pasado", "el mes pasado"),
    ("in October", "for October"), ("last month", "the previous month"), ("this month", "month to date"), ("yesterday", "on November 17"),
)  # fmt: skip


def period(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    """The same days, said otherwise."""
    ways = [(a, b) for a, b in _SAME if len(re.findall(rf"(?<!\w){a}(?!\w)", row["text"])) == 1]
    if not ways or row["expected"]["outcome"] == "action" or re.search(r"(?:al|del) día|(?:para|entre|el \d+ de) (?:esta|este|hoy)|'s|quincena de|al corte|\d de octubre|cierre|octubre (?:de )?20|oct\w* (?:a|al|y|vs)|(?:a|al|y|vs|contra|hasta) (?:el )?(?:oct|ayer|sep|hoy|el mes)|contra|compar", row["text"]):  # fmt: skip
        return None
    old, new = dice.choice(ways)
    return re.sub(rf"(?<!\w){old}(?!\w)", new, row["text"], count=1), None


# --- Another word for it ---------------------------------------------------------------------------

_DIMS = (
    ("por agente", ("por asesor", "por gestor", "por ejecutivo", "por cada agente", "desglosado por agente")),
    ("por campaña", ("x campaña", "por cada campaña", "desglosado por campaña")),
    ("por supervisor", ("por equipo", "por cada supervisor")), ("por cliente", ("por cada cliente", "desglosado por cliente", "por banco")),
    ("por bucket", ("por cubeta", "por tramo")), ("by agent", ("per agent", "by collector", "for each agent")),
    ("by campaign", ("per campaign", "for each campaign")), ("by client", ("per client", "broken down by client")),
    ("sin", ("excepto", "excluyendo", "sin contar")), ("vs", ("contra", "versus", "comparado con")),
)  # fmt: skip


def dimension(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    ways = [(a, b) for a, many in _DIMS for b in many if re.search(rf"(?<!\w){a}(?!\w)", row["text"])]
    if not ways or row["expected"]["outcome"] != "question" or re.search(r"sin (?:error|contar|contacto|gest|filtro|tocar|desglo|compa|pag)", row["text"]):  # fmt: skip
        return None
    old, new = dice.choice(ways)
    return re.sub(rf"(?<!\w){old}(?!\w)", new, row["text"], count=1), None


def _is_sure(entry: Entry | None, metric_: str) -> bool:
    return entry is not None and (entry.kind, entry.value, entry.weak, entry.alt) == (
        "metric",
        metric_,
        False,
        None,
    )


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    """Each word of the catalogue -> the others of its metric in that language, all each its own."""
    lexicon, out = reader().lexicon, dict[str, tuple[str, ...]]()
    for metric_ in reader().catalogue.metrics.values():
        for said in (metric_.words.es, metric_.words.en):
            sure = [w for w in said if _is_sure(lexicon.phrases.get(keys_of(w)), metric_.id)]
            out.update({word: tuple(w for w in sure if w != word) for word in sure})
    return {word: others for word, others in out.items() if others}


def metric(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    if row["expected"]["outcome"] != "question" or row["expected"].get("intent") != "kpi":
        return None
    if re.search(
        r"\b(?:he|mi|meta|hice|tom[eé]|presupuesto|budget|de cierre|forecast)\b|por hora", row["text"].lower()
    ):
        return None  # these words belong to one another
    asked = row["expected"]["fields"].get("metric")
    found = [w for w in _synonyms() if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", row["text"].lower())]
    found = [w for w in found if _is_sure(reader().lexicon.phrases.get(keys_of(w)), str(asked))]
    if not found:
        return None
    word = max(found, key=len)
    new = dice.choice(_synonyms()[word])
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", new, row["text"], count=1, flags=re.IGNORECASE), None


# --- Somebody else, another amount -----------------------------------------------------------------


def name(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    """Another of the same kind, in the text and in what must be read."""
    said = [e for e in agency().entries if e.display in row["text"]]
    if not said or row.get("pending"):
        return None
    one = dice.choice(said)
    others = [e for e in agency().entries if e.kind == one.kind and e.display not in row["text"] and e.display not in json.dumps(row, ensure_ascii=False)]  # fmt: skip
    if not others:
        return None
    other = dice.choice(others)
    return row["text"].replace(one.display, other.display), (one.display, other.display)


_MONEY = re.compile(
    r"(?<![\w.,#-])\$?(?P<n>\d{1,3}(?:,\d{3})+|\d{4,6})(?:\.00)?(?![\w,.-]|\s*(?:cuentas|mil|millon))"
)
_ONES = words("cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte")  # fmt: skip
_TENS = words("x x veinti treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_HUNDREDS = words("x ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos")  # fmt: skip


def _said(n: int) -> str:
    """ "cuatro mil quinientos"."""
    if n >= 1000:
        lead = "mil" if n < 2000 else f"{_said(n // 1000)} mil"
        return f"{lead} {_said(n % 1000)}".strip() if n % 1000 else lead
    if n >= 100:
        return "cien" if n == 100 else f"{_HUNDREDS[n // 100]} {_said(n % 100)}".strip() if n % 100 else _HUNDREDS[n // 100]  # fmt: skip
    if n <= 20:
        return _ONES[n]
    return _TENS[n // 10] + (_ONES[n % 10] if n < 30 else f" y {_ONES[n % 10]}" if n % 10 else "")


def amount(row: Row, dice: random.Random) -> tuple[str, Any] | None:
    """4500 as 4,500, $4,500.00, 4.5 mil, cuatro mil quinientos."""
    fields = row["expected"].get("fields") or {}
    worth = str(fields.get("amount") or fields.get("value") or "")
    found = [
        m
        for m in _MONEY.finditer(row["text"])
        if worth and m["n"].replace(",", "") == worth.partition(".")[0]
    ]
    if len(found) != 1 or row["expected"]["outcome"] != "action":
        return None
    n = int(found[0]["n"].replace(",", ""))
    ways = [f"{n}", f"{n:,}", f"${n:,}.00", f"{n:,} pesos", f"${n}"]
    ways += [f"{n / 1000:g} mil", f"{n / 1000:g}k"] if n % 100 == 0 else []
    ways += [f"{_said(n)} pesos", _said(n)] if _lang(row) == "es" else []
    start, end = found[0].span()
    tail = re.match(r"\s*(?:pesos|varos|MXN|mxn)", row["text"][end:])
    return row["text"][:start] + dice.choice(ways) + row["text"][end + (tail.end() if tail else 0) :], None


CHANGES: dict[str, Change] = {
    "courtesy before": before, "courtesy after": after, "form of the verb": form, "no accents": flat, "capitals": loud,
    "shortened": short, "period first": earlier, "same days": period, "dimension": dimension, "metric": metric,
    "name": name, "amount": amount,
}  # fmt: skip
