# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Lists of rows: which accounts, promises, agreements ..., in what order, how many. Counts nothing."""

import re
from dataclasses import dataclass, replace

from bot.understand.compose import period_of
from bot.understand.deeds.rows import keep_filters, read_rows
from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.slots import read_account
from bot.understand.deeds.standing import Standing, read_standing, says_how_they_stand
from bot.understand.deeds.table import Table
from bot.understand.draft import Draft
from bot.understand.normalise import fold
from bot.understand.verbs import CLITIC, spelled
from db.periods import Period
from skills.contract import Filter

_TOP = re.compile(r"\b(?:top|primer[oa]s|peores|mejores)\b")
_LISTED = re.compile(r"\b(?:list|lista|listado)\b")  # "the broken promises list"
_EACH = re.compile(r"\b(?:un[oa] por un[oa]|de un[oa] en un[oa]|one by one|one at a time)\b")
_BY = re.compile(r"\b(?:por|by)\s+(?=[a-z])")
_RULE = re.compile(r"\b(?:(?:de|of|a)\s+)?(?:(?:la|the)\s+)?(?:regla|rule)?\s*(?P<id>r\d{2}[a-z]?)\b")
_DEFAULT_ORDER = {"accounts": "balance", "promises": "amount", "agreements": "amount", "payments": "amount"}
_KINDS = ("period", "which")
_NOT_COUNTED = ("broken", "active", "draft", "to_authorize", "authorized", "expired")  # agreements' states
_ACCOUNT = re.compile(
    r"\b(?:cuenta|cta|account|acct)\s*(?:no\.?|numero|number)?\s*#?\d{3,}|\b(?:de|of) (?:la |the )#?\d{4,}(?![a-z0-9])"
)
_FALL_DUE = re.compile(
    r"\b(?:(?:con\s+)?(?:un\s+|el\s+|su\s+)?(?:(?:proximo|siguiente)\s+)?(?:pagos?|parcialidad(?:es)?|mensualidad(?:es)?)\s+)?(?:por vencer|(?:que\s+)?(?:se\s+)?(?:me\s+|nos\s+)?vencen|(?:que\s+)?estan por vencer|(?:that\s+)?(?:are\s+|fall\s+|falling\s+|coming\s+)?due(?: soon)?)\b"
)
_MINE = re.compile(r"\b(?:mis|my)\b")
_AROUND = ("ask", "article", "days", "between", "picks", "tail")  # what stands before the noun of a list
# What says again of what the list is.
_SAID_AGAIN = {
    "accounts": ("accounts_count", "portfolio_balance"),
    "promises": ("ptp_due", "ptp_count"),
    "agreements": ("agreements_count",),
    "payments": ("payments_count", "recovered_amount"),
}
_COURTESY = r"[\W_]*(?:(?:oye|oigan|hola|hey|hi|por favor|porfa|please|y|and|ok|ahora|now|necesito que|quiero que me?|can you|could you|(?:me |nos )?(?:puedes?|pueden|podrias?|podrian|podra|podras|podemos|quisiera|gusta|gustas)(?: (?:usted|me|nos))?|si (?:me )?(?:puede|puedes)|favor de|de favor)\s+[\W_]*)*"
# "genéreme el listado de", "the list with"
_A_LIST = rf"(?:[a-z]{{2,14}}{CLITIC}\s+(?:me\s+)?)?(?:(?:la|el|un|una|the|a)\s+)?(?:listado|lista|listita|relacion|detalle|list|listing)\s+(?:completa\s+|completo\s+)?(?:de|del|of|con|with)"
# "yesterday's payments": whose days they are stands where an article would.
_WHOSE_DAYS = r"(?P<days>(?:yesterday|today|tomorrow|(?:(?:last|this|next)\s+)?[a-z]{3,9})'s\s+)?"
_BIGGEST = (
    ("days_past_due", "", r"mas (?:antigu|viej|atrasad|morosa?)[a-z]*|oldest|most overdue"),
    ("", "", r"(?:mas (?:grandes|altas|altos|gordas)|mayores(?! (?:a|al|de|que)\b)|biggest|largest|highest)"),
    (
        "",
        " asc",
        r"(?:mas (?:chicas|chicos|pequen[oa]s|bajas|bajos)|menores(?! (?:a|al|de|que)\b)|smallest|lowest)",
    ),
)


@dataclass(frozen=True)
class Asking:
    """A list recognised: of what, and where the words that say so stand."""

    intent: str
    spans: tuple[tuple[int, int], ...]
    bare: bool = False  # "promesas que vencen mañana": rows only where something picks them
    closes: tuple[int, int] | None = None  # "..., muéstramelas"


class Lists:
    """The openings and nouns of words.yaml, compiled once."""

    def __init__(self, table: Table) -> None:
        raw = table.raw["lists"]
        self._table = table
        asks = "|".join(spelled(a) for a in sorted(_split(raw["asks"]), key=len, reverse=True))
        some = "|".join(f"(?P<{name}>{noun})" for name, noun in raw["nouns"].items())
        articles = rf"(?P<article>(?:(?:{raw['articles']})\s+)*)"
        picks = "|".join(words for kinds in raw["status"].values() for words in kinds.values())
        opening = rf"{_COURTESY}(?P<ask>{_A_LIST}|{asks})\s+(?:(?:por favor|porfavor|porfa|please)\s+)?(?:son\s+|are\s+|me\s+|de\s+|of\s+|con\s+)*{articles}{_WHOSE_DAYS}(?P<between>(?:(?:{raw['between']})\s+)*)(?P<picks>(?:{picks})\s+)?(?:{some})\b(?!\s+(?:{raw['rates']})\b)(?P<tail>\s+(?:list|lista|listado)\b)?"
        self._asked = re.compile(opening)
        self._picked = re.compile(rf"(?:{raw['picked']})(?:{some})\b")
        self._due = re.compile(raw["due"])
        self._closing = re.compile(
            rf"\W*(?:(?:{raw['articles']})\s+)*(?:{some})\b[^?]*?(?P<ask>[,;.:]\s*(?:en\s+|un\s+|una\s+|la\s+|el\s+|as\s+an?\s+|in\s+a\s+)?(?:lista|listado|list|listalas|listalos|enlistalas|enlistalos)\W*$)"
        )
        self._bare = re.compile(rf"\W*(?:(?:{raw['articles']})\s+)*(?:{some})\b")
        # "hay convenios por autorizar? pásame la lista", "mis cuentas de 31-60, muéstramelas"
        showing = "|".join(spelled(verb) for verb in _split(raw["closes"]))
        self._closes = re.compile(
            rf"[,;.:?!]\s*(?:(?:y|and|me|nos|por favor|please)\s+)*(?:(?:{showing})(?<=l[ao]s)|(?:(?:{showing}|give me|show me|send me|i need|get me)\s+)(?:la|el|una|un|the|a)\s+(?:lista|listado|relacion|list)|(?:list|show|show me|give me|send me)\s+(?:them|those))\W*$"
        )
        self._opened = re.compile(
            rf"\W*(?:(?:hay|tenemos|tengo|are there(?: any)?|do we have(?: any)?)\s+)?(?P<article>(?:(?:{raw['articles']})\s+)*){_WHOSE_DAYS}(?P<picks>(?:{picks})\s+)?(?:{some})\b"
        )
        self._counted = re.compile(rf"\W*(?:(?:{raw['articles']})\s+)*\d+\s+(?:{some})\b")
        self._ordered = re.compile(rf"\b(?:{spelled(raw['ordered'])})")
        self._orders = {
            name: re.compile(rf"\s*(?:(?:el|la|los|las|su|the)\s+)*(?:{words})\b")
            for name, words in raw["orders"].items()
        }
        self._upward = re.compile(rf"\b(?:{raw['upward']})\b")
        self._downward = re.compile(rf"\b(?:{raw['downward']})\b")
        self._status = {
            name: {status: re.compile(rf"\b(?:{words})\b") for status, words in words_of.items()}
            for name, words_of in raw["status"].items()
        }
        self._ranked = re.compile(
            r"\b(?:con|with|de|of)\s+(?:el |la |los |las |the )?(?:(?P<up>menor(?:es)?|menos|lowest|smallest|least|fewest)|mayor(?:es)?|mas|highest|largest|biggest|most|more)\s+(?=[a-z])"
        )
        self._due_words = re.compile(rf"\b(?:{raw['due_words']})\b")
        self.fillers = frozenset(raw["fillers"].split())
        self.again = self.fillers | frozenset(raw["again"].split())
        self._named = re.compile(rf"\b(?:{raw['counted']}|{'|'.join(raw['nouns'].values())})\b")
        self._splits = re.compile(
            r"\b(?:por|by|per|each|cada)\s+(?:cada\s+)?(?:agente|asesor|campana|cliente|supervisor|bucket|agent|campaign|client|estado|state|producto|product|dia|day|hora|hour|mes|month|semana|week)\b"
        )

    def asked(self, text: str) -> Asking | None:
        """None where a number is asked for ("cuántas", "por campaña")."""
        if self.splits(text):
            return None
        # "le solicito listar ...", "hoy, qué promesas vencen"
        places = dict.fromkeys((0, self._table.opening(text), self._table.timed(text)))
        return next((found for at in places if (found := self._asked_at(text, at))), None)

    def _asked_at(self, text: str, at: int) -> Asking | None:
        if (closes := self._closes.search(text, at)) and (match := self._before(text, at, closes.start())):
            return replace(_asking(match), closes=closes.span())
        if match := self._asked.match(text, at) or self._picked.match(text, at):
            return _asking(match)
        if match := self._closing.match(text, at):  # "cuentas de Jalisco, lista"
            first = _asking(match)
            return Asking(first.intent, (match.span("ask"), first.spans[1]))
        if (match := self._counted.match(text, at)) and (
            self._ranked.search(text) or self._ordered.search(text)
        ):
            return _asking(match)
        if (match := self._bare.match(text, at)) and (match["audit"] or match["alerts"]):
            return _asking(match)
        if match:
            counted = re.search(r"\bcuant|\bhow many", text)
            due = self._due.match(text, at) is not None and not counted
            stands = match["accounts"] is not None and not counted and says_how_they_stand(text)
            stands = stands or (match["breaches"] is not None and not counted and self._moved_on(text))
            stands = stands or (not counted and self._of_one_account(match, text))
            stands = stands or (not counted and self._became(match, text))
            stands = stands or (not counted and self._falls_due(match, text))
            if self._ordered.search(text) or due or stands:
                return _asking(match, bare=due or stands)
        return None

    def _before(self, text: str, at: int, end: int) -> re.Match[str] | None:
        """What is named before its rows are asked for; "cuántas" is a number all the same."""
        if re.search(r"\bcuant|\bhow (?:many|much)\b", text):
            return None
        return self._asked.match(text, at, end) or self._opened.match(text, at, end)

    def _of_one_account(self, match: re.Match[str], text: str) -> bool:
        """ "pagos de ayer de la cuenta 10023": nobody counts one account's."""
        return bool(match["payments"] or match["promises"]) and _ACCOUNT.search(text) is not None

    def _became(self, match: re.Match[str], text: str) -> bool:
        """ "convenios rotos de octubre": no number of ours counts those, so their rows are asked for."""
        after = text[match.end() :]
        words = self._status["agreements"]
        return match["agreements"] is not None and any(
            re.match(r"\s+(?:de pago\s+)?(?:que\s+)?(?:" + words[name].pattern + ")", after)
            for name in _NOT_COUNTED
        )

    def _falls_due(self, match: re.Match[str], text: str) -> bool:
        """ "mis convenios por vencer": which they are, and no number."""
        return match["agreements"] is not None and _FALL_DUE.match(text[match.end() :].lstrip()) is not None

    def _moved_on(self, text: str) -> bool:
        """ "incumplimientos abiertos": what became of each is asked, not how many there were."""
        return any(words.search(text) for words in self._status["breaches"].values())

    def splits(self, text: str) -> bool:
        """ "por campaña": a number is asked for, not rows."""
        return self._splits.search(text) is not None

    def stands_alone(self, text: str) -> bool:
        """ "cuentas de Ana", "¿cuántas?", "por campaña": said again of what, or counted, it is no follow-up."""
        return self.splits(text) or self._named.search(text) is not None

    def read(self, sheet: Sheet, asking: Asking) -> bool:
        """Fills the sheet: filters, period, order, limit. False where a number is meant after all."""
        sheet.fields.update(filters=[], period=None, order=None, limit=None)
        noun = asking.spans[-1]
        sheet.mark(0, self._table.opening(sheet.typed.folded))
        self._read_limit(sheet, asking)
        mine = self._read_mine(sheet, asking)
        sheet.take(*asking.spans[0])  # "saca una lista" leaves nobody out
        if asking.closes is not None:
            sheet.take(*asking.closes)
        sheet.first(_EACH)
        sheet.mark(*noun)
        for again in _LISTED.finditer(sheet.text):
            sheet.mark(*again.span())
        for ranked in _TOP.finditer(sheet.text, asking.spans[0][1], noun[0]):
            sheet.mark(*ranked.span())
        account = _read_account(sheet)
        stand = read_standing(sheet) if asking.intent == "accounts" else Standing()
        self._read_order(sheet, asking.intent)
        status = self._read_status(sheet, asking.intent)
        future = asking.intent == "promises" and self._read_due(sheet)
        if asking.intent == "agreements" and sheet.first(_FALL_DUE):
            sheet.fields["by"], future = "due", True
        if asking.intent != "accounts":
            sheet.take(*noun)
        rows = read_rows(
            sheet, kinds=_KINDS, metrics=_SAID_AGAIN.get(asking.intent, ()), renamed=_renamed(asking.intent)
        )
        sheet.mark(*noun)
        keep_filters(sheet, rows)
        if asking.intent == "accounts" and _hands_over(sheet):
            sheet.ask("confirm_reading")
        over = _days(sheet, rows.draft, future)
        if stand.waiting and over is None:
            sheet.ask("period")
        for one in (*stand.over(over), status, account, mine):
            if one is not None:
                sheet.fields["filters"].append(one.model_dump(mode="json"))
        if over is not None and not stand.waiting:
            sheet.fields["period"] = over.model_dump(mode="json")
        named = any(each["field"] == "rule" for each in sheet.fields["filters"])
        if asking.intent == "breaches" and not named and (rule := sheet.first(_RULE)):
            ruled = Filter(field="rule", op="eq", value=rule["id"].upper())
            sheet.fields["filters"].append(ruled.model_dump(mode="json"))
        opening = sheet.typed.folded[asking.spans[0][0] : asking.spans[-1][0]]
        if sheet.fields["order"] is None and _TOP.search(opening):
            sheet.ask("slot:order")
        picked = sheet.fields["filters"] or sheet.fields["order"] or stand.waiting or sheet.fields.get("by")
        return not asking.bare or bool(picked)

    def _read_mine(self, sheet: Sheet, asking: Asking) -> Filter | None:
        """ "lista mis cuentas": the word that opens the list says whose."""
        if asking.intent in ("alerts", "audit") or not _MINE.search(sheet.text, *asking.spans[0]):
            return None
        return Filter(field="agent", op="eq", value="@me")

    def _read_limit(self, sheet: Sheet, asking: Asking) -> None:
        """The number between the opening and the noun: "top 20 cuentas", "las 10 cuentas"."""
        counted = [n for n in sheet.numbers() if n.end <= asking.spans[-1][0] and n.whole]
        if len(counted) == 1:
            sheet.fields["limit"] = counted[0].whole
            sheet.take(counted[0].start, counted[0].end)

    def _read_order(self, sheet: Sheet, intent: str) -> None:
        """ "ordenadas por saldo" orders by it, the largest first unless the other way is said."""
        upward = sheet.first(self._upward) is not None
        downward = sheet.first(self._downward) is not None
        ranked = self._ranked.search(sheet.text)
        for lead in (self._ordered.search(sheet.text), _BY.search(sheet.text), ranked):
            if lead and sheet.fields["order"] is None and (found := self._field_at(sheet.text, lead.end())):
                sheet.fields["order"] = found[0]
                sheet.take(lead.start(), found[1])
                upward = upward or (lead is ranked and bool(lead["up"]))
        for name, way, words in _BIGGEST:
            if sheet.fields["order"] is None and sheet.first(
                re.compile(rf"\b(?:(?:las|los|the)\s+)?(?:{words})\b")
            ):
                sheet.fields["order"] = (name or _DEFAULT_ORDER.get(intent, "date")) + way
        if (upward or downward) and sheet.fields["order"] is None:
            sheet.fields["order"] = _DEFAULT_ORDER.get(intent)
        if upward and sheet.fields["order"]:
            sheet.fields["order"] += " asc"

    def _field_at(self, text: str, at: int) -> tuple[str, int] | None:
        for name, words in self._orders.items():
            if match := words.match(text, at):
                return name, match.end()
        return None

    def _read_status(self, sheet: Sheet, intent: str) -> Filter | None:
        for status, words in self._status.get(intent, {}).items():
            if match := words.search(sheet.text):
                sheet.take(*match.span())
                return Filter(field="status", op="eq", value=status)
        return None

    def _read_due(self, sheet: Sheet) -> bool:
        match = self._due_words.search(sheet.text)
        if match is not None:
            sheet.mark(*match.span())
        return match is not None


def _split(alternatives: str) -> list[str]:
    return [each.strip() for each in alternatives.split("|")]


def _hands_over(sheet: Sheet) -> bool:
    """ "me dé 10 cuentas de Pedro a Rosa": from one to the other is no list of both."""
    for each in sheet.fields["filters"]:
        if each["field"] == "agent" and each["op"] == "in":
            first, *others = (re.escape(fold(str(name)).split()[0]) for name in each["value"])
            told = rf"\b(?:de|from|of)\s+{first}\b.*\b(?:a|to)\s+(?:{'|'.join(others)})\b"
            return re.search(told, sheet.typed.folded) is not None
    return False


def _days(sheet: Sheet, draft: Draft, future: bool) -> Period | None:
    found = draft.period
    if found is None:
        return None
    if future:
        return found.full or found.period
    return period_of(draft, [], sheet.floor.lexicon, sheet.today)


def _read_account(sheet: Sheet) -> Filter | None:
    read_account(sheet)
    account = sheet.fields.pop("account", None)
    return Filter(field="account", op="eq", value=account) if account else None


def _asking(match: re.Match[str], *, bare: bool = False) -> Asking:
    said = match.groupdict()
    intent = next(name for name, value in said.items() if value and name not in _AROUND)
    begin = min(match.start(name) for name in (intent, *_AROUND[2:5]) if said.get(name))
    return Asking(intent, ((match.start(), begin), match.span(intent)), bare)


def _renamed(intent: str) -> dict[str, str]:
    """What a number bounds in a row of these: each its own amount."""
    if intent == "accounts":
        return {}
    return dict.fromkeys(("balance", "portfolio_balance", *_SAID_AGAIN.get(intent, ())), "amount")
