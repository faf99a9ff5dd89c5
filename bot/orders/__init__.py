"""Says in words an order, a list or a report as it was read, and that it cannot be done from chat yet.

Knows no wording of its own (text.yaml) and does nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot.worded import condition
from db.metrics import Catalogue
from db.periods import Period
from skills.contract import Filter, Language, Value
from skills.text import Texts, day, number, period

# Said by another part of the sentence, or nobody else's business where the answer is read.
_UNSAID = ("filters", "op", "text", "limit", "grain")
_ENUMS = ("frequency", "scope", "split", "weekday", "order", "target")
SHOWN = 4  # digits of an account number


class Wording:
    """One language's words for what was read."""

    def __init__(self, catalogue: Catalogue, texts: Texts, language: Language) -> None:
        self._catalogue, self._texts, self._language = catalogue, texts, language

    def _say(self, key: str, **slots: Any) -> str:
        return self._texts.say(self._language, key, **slots)

    def not_yet(self, kind: str, intent: str, fields: Mapping[str, Any], unread: Sequence[str]) -> str:
        """What was understood, that it cannot be done from here yet, and what to do instead."""
        named = f"{kind}.{intent}"
        name = self._say(named if named in self._texts else f"{kind}.unnamed")
        said = " · ".join([name, *self._parts(fields)])
        quotes = "«»" if self._language == "es" else "“”"
        words = ", ".join(f"{quotes[0]}{word}{quotes[1]}" for word in unread)
        read = self._say("orders.understood_but", read=said, words=words) if words else self._understood(said)
        instead = f"orders.instead.{intent}"
        way = self._say(instead if instead in self._texts else f"orders.instead.{kind}")
        return f"{read} {self._say(f'orders.no_{kind}_yet')} {way}"

    def _understood(self, said: str) -> str:
        return self._say("orders.understood", read=said)

    def _parts(self, fields: Mapping[str, Any]) -> Iterator[str]:
        for slot, value in fields.items():
            key = f"orders.slot.{slot}"
            bounded = slot == "metric" and {"threshold", "op"} <= set(fields)  # said with its bound
            if value is None or bounded or slot in _UNSAID or key not in self._texts:
                continue
            if str(value).startswith("#"):
                key = "orders.in_room"
            yield self._say(key, value=self._value(slot, value, fields))
        if {"metric", "threshold", "op"} <= set(fields):
            bound = Filter(field=fields["metric"], op=fields["op"], value=fields["threshold"])
            yield condition(bound, self._catalogue, self._texts, self._language)
        for each in fields.get("filters") or ():
            if f"kpi.dim.{each['field']}" in self._texts or each["field"] in self._catalogue.metrics:
                given = each["value"]
                one = Filter(**{**each, "value": tuple(given) if isinstance(given, list) else given})
                yield self._condition(one)
            elif each["field"] == "action":
                kind = each["value"]
                yield self._say(f"action.{kind}")
        if fields.get("limit"):
            yield self._say("orders.slot.limit", value=fields["limit"])

    def _condition(self, one: Filter) -> str:
        if one.op == "not_in_period":
            return self._say("orders.without_contact", n=one.value)
        return condition(one, self._catalogue, self._texts, self._language)

    def _value(self, slot: str, value: Any, fields: Mapping[str, Any]) -> str:
        """As a person says it: dates, money and lists in words; of an account its last digits."""
        if slot == "account":
            return f"…{str(value)[-SHOWN:]}"
        if slot == "metric":
            return self._catalogue.label(str(value), self._language)
        if slot == "period":
            return period(Period.model_validate(value), self._language)
        if slot in ("date", "first_date", "due", "until"):
            return day(date.fromisoformat(value), self._language)
        if slot == "when":
            return self._when(str(value))
        if slot in ("amount", "discount", "value"):
            return self._number(slot, value, fields)
        if slot == "report":
            return self._say(f"report.{value}")
        if isinstance(value, list):
            return ", ".join(str(v) for v in value)
        word, _, upward = str(value).partition(" ")
        known = f"orders.{slot}.{word}"
        said = self._say(known) if slot in _ENUMS and known in self._texts else str(value)
        return self._say("orders.upward", value=said) if slot == "order" and upward else said

    def _when(self, value: str) -> str:
        if value == "now":
            return self._say("orders.now")
        at = datetime.fromisoformat(value)
        said = day(at.date(), self._language)
        return f"{said} {at:%H:%M}" if "T" in value else said

    def _number(self, slot: str, value: Any, fields: Mapping[str, Any]) -> str:
        if isinstance(value, bool):
            return self._say("kpi.yes" if value else "kpi.no")
        metric = self._catalogue.metrics.get(str(fields.get("metric")))
        unit = "rate" if slot == "discount" else metric.unit if metric and slot == "value" else "money"
        return number(Value(Decimal(str(value)), unit), self._language)
