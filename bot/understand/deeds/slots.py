# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""The plain slots of an order: account, money, instalments, discount, channel, texts. Knows no names and no days."""

import re
from decimal import Decimal

from bot.understand.deeds.numbers import Said, number_at
from bot.understand.deeds.sheet import Sheet

_NO = r"(?P<no>(?:[a-z]{1,4}-?)?\d[\d-]*\d|\d)"
_ACCOUNT = re.compile(
    rf"\b(?:(?:de|a|en|para|pa|con|por|of|for|to|on|in|al|del)\s+)?(?:(?:la|el|los|las|the)\s+)?(?:cuenta|cta|account|acct|credito|contrato)\s*(?:no\b\.?|num\b\.?|numero|nro\b\.?|number|#)?\s*:?\s*#?{_NO}(?![a-z0-9])(?!\s*(?:%|pagos|payments|pesos))"
    rf"|\b(?:(?:de|a|en|para|pa|con|por)\s+)la\s+(?:no\.?\s+|numero\s+)?(?P<bare>\d{{3,}}(?:-\d+)?)(?![a-z0-9,.]\d)(?![a-z0-9])"
)
_COUNT_WORD = r"\d{1,3}|un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|dieciocho|veinticuatro|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty"
_OFTEN = {"mensual": "mensual", "monthly": "mensual", "quincenal": "quincenal", "biweekly": "quincenal", "fortnightly": "quincenal", "semanal": "semanal", "weekly": "semanal"}  # fmt: skip
_UNITS = {"mensualidad": "mensual", "mes": "mensual", "month": "mensual", "quincena": "quincenal", "fortnight": "quincenal", "semana": "semanal", "week": "semanal"}  # fmt: skip
_FREQUENCY = r"(?:semanal(?:es|mente)?|quincenal(?:es|mente)?|mensual(?:es|mente)?|weekly|biweekly|fortnightly|monthly)"
_INSTALLMENTS = re.compile(
    rf"\b(?:(?:en|a|in|over|con|with|de|son|of)\s+)?(?P<n>{_COUNT_WORD})\s+(?:(?P<f1>{_FREQUENCY})\s+)?(?P<w>pagos?|parcialidad(?:es)?|mensualidad(?:es)?|quincenas?|exhibicion(?:es)?|abonos?|payments?|instal+ments?|semanas?|meses|mes|months?|weeks?|fortnights?)\b(?:\s+(?:(?:de\s+)?(?:forma\s+)?|cada\s+una\s+)?(?P<f2>{_FREQUENCY}))?"
)
_ONE_PAYMENT = re.compile(
    r"\b(?:en |in |con |de )?(?:una? (?:sola? |unic[ao] )?(?:exhibicion|pago)|(?:un )?pago unico|un solo pago|de contado|one (?:single )?payment|a lump sum|lump sum|single payment)\b(?!\s+(?:semanal|quincenal|mensual|de\s+\$?\d))"
)
_EACH = re.compile(r"\s+(?:de|of|x|(?P<either>por|for))\s+(?=\$?\s*[a-z0-9])")
_EACH_WORD = re.compile(r"\s+(?:cada un[oa]|c/u|each)\b")
_HOW_OFTEN = re.compile(
    r"\b(?:(?:a pagar|pagando|pagadero|payable|paid)\s+)?(?:(?:cada|every|each|por)\s+(?P<u>semana|quincena|mes|week|month|fortnight)|(?P<f>semanal(?:es|mente)?|quincenal(?:es|mente)?|mensual(?:es|mente)?|weekly|biweekly|monthly))\b"
)
_DISCOUNT = re.compile(
    r"(?:\b(?:y\s+)?(?:con|with|y|and|at|aplicando)\s+)?(?:(?:el\s+|una?\s+|a\s+)?(?:quita|descuento|discount)\s+(?:del?|of)\s+(?:el\s+)?(?P<a>\d{1,2}(?:\.\d+)?)\s*(?:%|por ciento|percent)|(?:el\s+|un\s+|a\s+)?(?P<b>\d{1,2}(?:\.\d+)?)\s*(?:%|por ciento|percent)\s+(?:de\s+)?(?:quita|descuento|discount|off))"
)
_LED = re.compile(
    r"(?:^|\s)(?:(?:un|el)\s+)?(?:de|por|for|of|total(?:\s+(?:de|of))?|monto(?:\s+de)?|importe(?:\s+de)?|amount(?:\s+of)?|pagar|pagara|pays?|to pay|paga|promete|prometio|prometieron|promises?|promised|depositar|abonar|liquidar|will pay)\s*:?\s*$"
)
_WORDS_AFTER = re.compile(r"\s*(?:dias|days|cuentas|accounts|%|por ciento)\b")
_CHANNEL_WORDS = {"sms": "sms", "mensaje de texto": "sms", "mensajes de texto": "sms", "text message": "sms", "whatsapp": "whatsapp", "whats": "whatsapp", "wa": "whatsapp", "correo": "email", "email": "email", "e-mail": "email", "mail": "email", "llamada": "call", "call": "call", "phone": "call", "telefono": "call", "blaster": "blaster", "ivr": "ivr", "carta": "letter", "letter": "letter", "visita": "visit", "visit": "visit"}  # fmt: skip
_CHANNEL = re.compile(
    rf"\b(?:(?:por|x|via|by|through|con|using|mediante)\s+|(?:an?\s+)(?=[a-z]+\s*\x00))(?:un\s+|una\s+|a\s+)?(?P<c>{'|'.join(sorted(_CHANNEL_WORDS, key=len, reverse=True))})\b"
)
_ROOM = re.compile(
    r"(?:\b(?:a|al|en|to|in|por|on|into)\s+)?(?:(?:el|the)\s+)?(?:canal\s+|channel\s+)?(?P<r><#[^>]*>|#[a-z0-9][a-z0-9_\-]*)|\b(?:al|en el|to the|in the)\s+(?:canal|channel)\s+(?:de\s+)?(?P<n>[a-z0-9][a-z0-9_\-]*)"
)
_OFF = re.compile(
    r"\b(?:quit|sac|saq|elimin|borr|tak|delet|remov|unmark|clear|unflag|unblock|desmarc|desbloqu|retir)[a-z]*"
)


def read_account(sheet: Sheet) -> None:
    match = sheet.first(_ACCOUNT)
    if match is not None:
        part = "no" if match["no"] else "bare"
        sheet.fields["account"] = sheet.raw(match.start(part), match.end(part))


def money(value: Decimal) -> str:
    return f"{value:.2f}"


# --- An agreement's numbers: each needs a role of its own, or is asked ------------------------------


def read_installments(sheet: Sheet) -> None:
    """ "3 pagos de 1,500": three, 4,500 in all; "en 3 quincenas"; "de contado"."""
    if match := sheet.first(_ONE_PAYMENT):
        sheet.fields["installments"] = 1
        return
    match = _INSTALLMENTS.search(sheet.text)
    if match is None:
        return
    said = number_at(sheet.text, match.start("n"))
    count = said.whole if said else 1
    if not count:
        sheet.object_to("slot:installments", "no_payments", *match.span())
        return
    sheet.fields["installments"] = count
    often = (match["f1"] or match["f2"] or "").strip()
    unit = next((f for stem, f in _UNITS.items() if match["w"].startswith(stem)), None)
    frequency = next((f for stem, f in _OFTEN.items() if often.startswith(stem)), unit)
    if frequency:
        sheet.fields["frequency"] = frequency
    end = match.end()
    lead = _EACH.match(sheet.text, end)
    each = number_at(sheet.text, lead.end()) if lead else None
    if lead and each and not each.percent and not _is_count(sheet, each):
        end = each.end
        if after := _EACH_WORD.match(sheet.text, end):
            end = after.end()
        whole = money(each.value * (count or 1))
        if lead["either"]:  # "3 pagos por 1,500": each of them, or all?
            sheet.ask("slot:amount", money(each.value), whole)
        else:
            sheet.fields["amount"] = whole
    sheet.take(match.start(), end)


def _is_count(sheet: Sheet, said: Said) -> bool:
    return bool(_INSTALLMENTS.match(sheet.text, said.start))


def read_frequency(sheet: Sheet) -> None:
    if match := sheet.first(_HOW_OFTEN):
        word = match["u"] or match["f"]
        found = next((f for stem, f in {**_OFTEN, **_UNITS}.items() if word.startswith(stem)), None)
        if sheet.fields.setdefault("frequency", found) != found:
            sheet.ask("slot:frequency")


def read_discount(sheet: Sheet) -> None:
    if match := sheet.first(_DISCOUNT):
        sheet.fields["discount"] = round(float(match["a"] or match["b"]) / 100, 4)


_BELOW_ZERO = re.compile(
    r"(?<![^\s\x00(])(?:-\s?\$\s?|-|\$\s?-\s?)\d[\d,.]*(?:\s*(?:mil|k|millones|pesos|mxn|cuentas|casos|pagos|accounts|payments)\b)*(?!\s*(?:%|-))"
)


def read_below_zero(sheet: Sheet, slot: str) -> None:
    """ "-500" is no 500."""
    if match := _BELOW_ZERO.search(sheet.text):
        sheet.object_to(f"slot:{slot}", "below_zero", *match.span())


def read_amount(sheet: Sheet) -> None:
    """The one number that money signs, or a word before it, say to be money."""
    read_below_zero(sheet, "amount")
    certain = [n for n in sheet.numbers() if not n.percent and _is_money(sheet, n)]
    if not certain:
        return
    total = certain[0].value
    said = sheet.fields.get("amount")
    if len(certain) > 1 or (said is not None and said != money(total)):
        sheet.fields.pop("amount", None)
        sheet.ask(
            "slot:amount", *dict.fromkeys([*([said] if said else []), *(money(n.value) for n in certain)])
        )
        for number in certain:
            sheet.take(number.start, number.end)
        return
    sheet.mark(*_lead_of(sheet, certain[0]))
    if total <= 0 or total != round(total, 2):  # "1500.555" are no pesos
        kind = "zero" if total <= 0 else "finer"
        sheet.object_to("slot:amount", kind, certain[0].start, certain[0].end)
    else:
        sheet.take(certain[0].start, certain[0].end)
        sheet.fields["amount"] = money(total)


def _is_money(sheet: Sheet, said: Said) -> bool:
    led = _LED.search(sheet.text[: said.start])
    return (said.money or bool(led)) and not _WORDS_AFTER.match(sheet.text, said.end)


def _lead_of(sheet: Sheet, said: Said) -> tuple[int, int]:
    led = _LED.search(sheet.text[: said.start])
    return (led.start(), led.end()) if led else (said.start, said.start)


# --- Channels, marks, texts ------------------------------------------------------------------------


def read_channel(sheet: Sheet) -> None:
    """How the debtor is reached, or the room it is posted in."""
    if match := sheet.first(_CHANNEL):
        sheet.fields["channel"] = _CHANNEL_WORDS[match["c"]]
    else:
        read_room(sheet)


def read_room(sheet: Sheet) -> None:
    """With its "#", as typed; of a link of Slack's the name."""
    if match := sheet.first(_ROOM):
        raw = sheet.raw(*match.span("r" if match["r"] else "n"))
        if raw.startswith("<#"):
            inner = raw[2:-1]
            raw = inner.partition("|")[2] or inner
        sheet.fields["channel"] = "#" + raw.lstrip("#")


_MUST_BE = re.compile(
    r"\b(?:debe(?:ria)?|tiene que|must|should)\s+(?:quedar|estar|ser|aparecer|be)\s+(?:marcada|marked|flagged|(?=como\b))"
)


def read_mark(sheet: Sheet) -> None:
    """Set, unless the order takes it away."""
    sheet.fields["value"] = not _OFF.match(sheet.said)
    if sheet.fields["value"]:  # "debe quedar marcada como especial; márcala"
        sheet.first(_MUST_BE)


_NOTE = re.compile(
    r"(?::|\b(?:que|diciendo|saying|that says|con el texto|that)\b)\s*:?\s*(?:(?:diga|dice|indique)\b\s*:?\s*)?(?=[^\s\x00])"
)
_NOTE_LEAD = re.compile(r"\b(?:que|diga|dice|diciendo|con|el|texto|saying|that|says|with|text|reads)\b")


def note_at(text: str, after: int) -> int | None:
    """Where the words of a note begin that nobody put in quotes."""
    lead = _NOTE.search(text, after)
    return lead.end() if lead else None


def read_note(sheet: Sheet) -> None:
    """What is quoted; else all that follows the colon or "que diga". It is data: nothing in it is obeyed."""
    quotes = sheet.quotes()
    if len(quotes) == 1:
        place, token = quotes[0]
        sheet.read.add(place)
        sheet.fields["text"] = token.raw[1:-1].strip()
        for lead in _NOTE_LEAD.finditer(sheet.text):
            sheet.mark(*lead.span())
        return
    begin = note_at(sheet.text, sheet.asked.thing[1] if sheet.asked.thing else 0)
    if begin is not None:
        sheet.fields["text"] = sheet.raw(begin, len(sheet.text)).strip()
        for lead in _NOTE_LEAD.finditer(sheet.text[:begin]):
            sheet.mark(*lead.span())
        sheet.take(begin, len(sheet.text))
