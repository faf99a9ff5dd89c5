"""What Slack's own client says of a modal's inputs before the app is asked; it changes none of them."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from localslack import elements
from localslack.words import say

JSON = dict[str, Any]
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
Complaint = tuple[str, JSON]  # a sentence's key and what fills it


def complaints(view: JSON, locale: str) -> dict[str, str]:
    """For each input block that cannot be submitted: why."""
    found = {}
    for block in view["blocks"]:
        if block.get("type") != "input":
            continue
        element = block["element"]
        held = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"], {})
        wrong = _complaint(block, element, held)
        if wrong is not None:
            found[block["block_id"]] = say(locale, wrong[0], **wrong[1])
    return found


def _complaint(block: JSON, element: JSON, held: JSON) -> Complaint | None:
    if elements.is_empty(held):
        return None if block.get("optional") else ("fill_in", {})
    kind = element["type"]
    value = held.get(elements.VALUE_KEY[kind])
    if kind == "plain_text_input":
        return _length(element, str(value))
    if kind == "number_input":
        return _number(element, str(value))
    if kind == "email_text_input" and not _EMAIL.fullmatch(str(value)):
        return "no_email", {}
    if kind == "url_text_input" and not _is_url(str(value)):
        return "no_url", {}
    if kind == "file_input":
        return _files(element, value)
    most = element.get("max_selected_items")
    if most is not None and isinstance(value, list) and len(value) > most:
        return "too_many_chosen", {"most": most}
    return None


def _length(element: JSON, text: str) -> Complaint | None:
    least, most = element.get("min_length") or 0, element.get("max_length") or 3000
    if len(text) < least:
        return "too_short", {"least": least}
    return ("too_long", {"most": most}) if len(text) > most else None


def _number(element: JSON, text: str) -> Complaint | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "no_number", {}
    if not number.is_finite():
        return "no_number", {}
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        return "no_whole_number", {}
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < Decimal(least):
        return "number_too_small", {"least": least}
    if most is not None and number > Decimal(most):
        return "number_too_large", {"most": most}
    return None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _files(element: JSON, files: Any) -> Complaint | None:
    most, kinds = element.get("max_files") or 10, element.get("filetypes") or []
    if len(files) > most:
        return "too_many_files", {"most": most}
    if kinds and not all(
        {file["filetype"], file["name"].rpartition(".")[2].lower()} & {*kinds} for file in files
    ):
        return "wrong_filetype", {"kinds": ", ".join(kinds)}
    return None
