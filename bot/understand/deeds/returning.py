# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Until when accounts are lent: "hasta el viernes", "por esta semana", "temporalmente". Knows no other slot."""

import re
from datetime import date, timedelta

from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.when import day_at
from db.periods import month_of

_ONLY = r"(?:(?:y\s+)?(?:solo|solamente|nomas|nada mas|unicamente|only|just)\s+)?"
_UNTIL = re.compile(rf"\b{_ONLY}(?:hasta|until|till?|through)\s+(?P<day>el\s+dia\s+|el\s+|the\s+|dia\s+)?")
_COUNT = {"un": 1, "una": 1, "a": 1, "one": 1, "dos": 2, "two": 2, "tres": 3, "three": 3, "cuatro": 4, "four": 4, "cinco": 5, "five": 5, "seis": 6, "six": 6}  # fmt: skip
_FOR = re.compile(
    rf"\b{_ONLY}(?:por|durante|for|during)\s+(?:(?:lo que (?:queda|resta)|el resto|the rest)\s+(?:de|del|of)\s+)?(?:el dia de\s+)?"
    rf"(?:(?P<today>hoy|today)|(?P<week>(?:esta|la|this|the) (?:semana|week))|(?P<month>(?:este|el|this|the) (?:mes|month))"
    rf"|(?P<n>\d{{1,2}}|{'|'.join(_COUNT)})\s+(?P<u>dias?|days?|semanas?|weeks?))\b(?:\s+(?:mas|more|nada mas|nomas))?"
)
_FOR_NOW = re.compile(
    r"\b(?:(?:de\s+)?(?:forma|manera|modo)\s+temporal|temporal(?:mente)?|provisional(?:mente)?|por mientras|mientras tanto|por lo pronto|temporar(?:y|ily)|for now|for the time being|for a while)\b"
)
_WHY = re.compile(
    r"\b(?:(?:en lo que|mientras|hasta que|while|until|till)\s+(?:(?:el|ella|she|he)\s+)?(?:esta|estan|anda|regresa|regrese|vuelve|vuelva|sigue|sale|is|'s|are|comes? back|returns?|gets? back)|(?:que|porque|because)\s+(?:esta|anda|is))(?:\s+(?:de|en|on|from|con|of|out))*(?:\s+(?:sus|su|her|his|the))?(?:\s+(?:vacaciones|vacation|holidays?|leave|permiso|incapacidad|curso|baja|sick|sick leave))?\b"
)
_LENDS = ("prest", "lend")
# "sin tocar por 3 días": of the accounts, not of the loan.
_OF_ACCOUNTS = re.compile(r"\b(?:sin|no|nadie|without|untouched|not|nobody)\b[^,.;]{0,30}$")


def read_until(sheet: Sheet) -> None:
    """The last day with the substitute. Lent without a day that can be taken is asked."""
    why, lent = sheet.first(_WHY), sheet.first(_FOR_NOW) or sheet.said.startswith(_LENDS)
    until = _until(sheet) or _for(sheet)
    if until is not None and until >= sheet.today:
        sheet.fields["until"] = until.isoformat()
    elif until is not None or why or lent:
        sheet.ask("slot:until")


def _until(sheet: Sheet) -> date | None:
    for match in _UNTIL.finditer(sheet.text):
        found = day_at(sheet, match.end(), bare=bool(match["day"]))
        if found is not None:
            sheet.take(match.start(), found[1])
            return found[0]
    return None


def _for(sheet: Sheet) -> date | None:
    match = _FOR.search(sheet.text)
    if match is None or _OF_ACCOUNTS.search(sheet.text[: match.start()]):
        return None
    sheet.take(*match.span())
    if match["today"]:
        return sheet.today
    if match["week"]:
        return sheet.today + timedelta(days=6 - sheet.today.weekday())
    if match["month"]:
        return month_of(sheet.today).end
    count = int(match["n"]) if match["n"].isdigit() else _COUNT[match["n"]]
    return sheet.today + timedelta(days=count * (7 if match["u"][0] in "sw" else 1) - 1)
