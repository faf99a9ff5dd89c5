"""A message that hangs on the list before it: "y las de antier?", "solo las de Ana". Counts nothing."""

from collections.abc import Mapping
from typing import Any

from bot.understand.deeds.lists import Asking, Lists
from bot.understand.deeds.sheet import Sheet

LISTED = ("accounts", "promises", "agreements", "payments", "breaches", "alerts")


def previous_list(previous: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]] | None:
    """The thread's last request, if it was a list: {intent, fields} or {intent: fields}."""
    previous = previous or {}
    for intent in LISTED:
        fields = previous.get("fields") if previous.get("intent") == intent else previous.get(intent)
        if isinstance(fields, Mapping):
            return intent, dict(fields)
    return None


def read_again(lists: Lists, sheet: Sheet, before: Mapping[str, Any]) -> bool:
    """Fills the sheet with the list before as this message changes it. False where it changes nothing."""
    nowhere = (0, 0)  # what the list is of was said before: no noun of it stands here
    lists.read(sheet, Asking(sheet.asked.intent, (nowhere, nowhere)))
    said = dict(sheet.fields)
    own = {f["field"] for f in said["filters"]}
    kept = [f for f in before.get("filters") or () if f["field"] not in own]
    sheet.fields.update(before)
    sheet.fields["filters"] = [*kept, *said["filters"]]
    for name in ("period", "order", "limit"):
        sheet.fields[name] = said[name] if said[name] is not None else before.get(name)
    return any(said.values())
