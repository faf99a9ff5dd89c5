"""Reports asked for by their name, and what the record says of the past: whose, and over which days."""

import re

from bot.understand.compose import period_of
from bot.understand.deeds.payments import read_letter
from bot.understand.deeds.rows import keep_filters, read_rows
from bot.understand.deeds.sending import read_report
from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.slots import read_account

OF_ACCOUNT = ("agreement", "letter")  # what is asked of one account, not over days


def read_asked(sheet: Sheet) -> None:
    if sheet.asked.intent in OF_ACCOUNT:
        _of_account(sheet)
        return
    sheet.fields.update(filters=[], period=None)
    if sheet.asked.thing:
        begin, end = sheet.asked.thing
        sheet.mark(0, min(sheet.floor.table.opening(sheet.typed.folded), begin))
        for token in sheet.typed.tokens:  # "saca el reporte" leaves nobody out
            if token.end <= begin and token.text in sheet.silent:
                sheet.take(token.start, token.end)
        sheet.take(begin, end)
    rows = read_rows(sheet, kinds=("period",))
    keep_filters(sheet, rows)
    over = period_of(rows.draft, [], sheet.floor.lexicon, sheet.today)
    if over is not None:
        sheet.fields["period"] = over.model_dump(mode="json")


def _of_account(sheet: Sheet) -> None:
    if sheet.asked.thing:
        sheet.mark(*sheet.asked.thing)
    if sheet.asked.intent == "letter":
        read_letter(sheet)
    read_account(sheet)
    if "account" not in sheet.fields and not any(p.about == "slot:account" for p in sheet.problems):
        sheet.ask("slot:account")


_SAID = re.compile(
    r"\b(?:ya|already|quien|quienes|who|did|has|have|had|were|was|cuando|when|donde|fue|fueron|han?|se|by|alguien|anyone|somebody|someone|else|todavia|yet)\b"
)
_DONE = re.compile(
    r"\b(?:[a-z]{3,12}(?:aron|ieron|aste|iste|ado|ados|ada|adas|ido|ida|ed)|[a-z]{3,9}o|hizo|hicieron|hecho|hiciste|moved|sent|did|done|made|send|move|cancel|reassign|record|assign)\b"
)
_THINGS = re.compile(
    r"\b(?:cuentas?|accounts?|convenios?|agreements?|archivos?|files?|cartera|portfolio|promesas?|promises?|metas?|targets?|reportes?|reports?|casos?|notas?|notes?|recordatorios?|reminders?)\b"
)


def read_record(sheet: Sheet, about: str | None) -> None:
    """Which kind of change, of whom, when."""
    sheet.fields.update(filters=[], period=None, order=None, limit=None)
    read_account(sheet)
    account = sheet.fields.pop("account", None)
    read_report(sheet)
    sheet.fields.pop("report", None)
    for pattern in (_SAID, _DONE, _THINGS):
        for match in pattern.finditer(sheet.text):
            sheet.mark(*match.span())
    rows = read_rows(sheet, kinds=("period", "who"))
    keep_filters(sheet, rows)
    for name, value in (("account", account), ("action", about)):
        if value is not None:
            sheet.fields["filters"] = [*sheet.fields["filters"], {"field": name, "op": "eq", "value": value}]
    over = period_of(rows.draft, [], sheet.floor.lexicon, sheet.today)
    if over is not None:
        sheet.fields["period"] = over.model_dump(mode="json")
