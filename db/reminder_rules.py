"""What a message to a debtor may say, by which way it leaves, and who approved its text: config.yaml's
`reminders`. Fills a text with what is known of an account; reads no table and sends nothing.
"""

import re
from collections.abc import Mapping
from datetime import date, time
from string import Formatter
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from db.law.wording import unlawful_words

Channel = Literal["sms", "whatsapp", "ivr", "blaster", "email"]
Column = Literal["phone", "text", "key", "account", "client", "at"]
PLAIN: Mapping[str, Column] = {"phone": "phone", "text": "text", "key": "key"}  # what a gateway is told
ALOUD = ("ivr", "blaster")  # spoken to whoever answers
SLOTS = frozenset(
    (
        *("agency", "creditor", "phone", "pay_only"),
        *("name", "account", "reference", "balance", "as_of", "amount", "due"),
    )
)
# What every message says, and the rule that wants it.
ALWAYS = {"agency": "R18", "creditor": "R18", "phone": "R09", "pay_only": "R13"}
OF_PROMISES = frozenset(("amount", "due"))
_ACCOUNT_NUMBER = re.compile(r"\d[\d\s-]{8,}\d")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Template(_Frozen):
    """A text as a client approved it. A new wording is a new version; the newest in force is used."""

    name: str = Field(min_length=1, max_length=40)
    channels: tuple[Channel, ...] = Field(min_length=1)
    version: int = Field(ge=1)
    approved_by: str = Field(min_length=1, max_length=120)
    approved_on: date
    until: date | None = None  # the last day it may be used
    text: str = Field(min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _lawful(self) -> "Template":
        """Raises ValueError naming the rule that the text breaks."""
        named = self.slots
        if unknown := sorted(named - SLOTS):
            raise ValueError(f"no such slot: {', '.join(unknown)}")
        for slot, rule in ALWAYS.items():
            if slot not in named:
                raise ValueError(f"{rule}: a message without {{{slot}}} is not sent")
        if "balance" in named and "as_of" not in named:
            raise ValueError("R09: an amount goes with its day: {as_of}")
        if set(self.channels) & set(ALOUD) and (told := sorted(named - ALWAYS.keys())):
            raise ValueError(f"R33: anybody may hear it: not {', '.join(told)}")
        if _ACCOUNT_NUMBER.search(self.text):
            raise ValueError("R13: no account to pay to, and no other number, is written into a text")
        for rule, word in unlawful_words(self.text).items():
            raise ValueError(f"{rule}: {word!r}")
        return self

    @property
    def slots(self) -> frozenset[str]:
        return frozenset(name for _, name, _, _ in Formatter().parse(self.text) if name is not None)

    @property
    def of_promises(self) -> bool:
        return bool(self.slots & OF_PROMISES)

    def holds_on(self, day: date) -> bool:
        return self.approved_on <= day and (self.until is None or day <= self.until)

    def lacking(self, said: Mapping[str, str]) -> list[str]:
        return sorted(slot for slot in self.slots if not said.get(slot))

    def filled(self, said: Mapping[str, str]) -> str:
        """Once through: what stands in a slot is data, and no slot."""
        return " ".join(self.text.format_map({slot: said[slot] for slot in self.slots}).split())


class Gateway(_Frozen):
    """A way out: a folder (below `root`) where files are fetched, or an address that takes one message each.

    `finds`: by what the other side knows where a message goes. `again`: whether it takes a message with the
    same key only once, so that one nobody is sure of may be sent again.
    """

    folder: str | None = None
    url: str | None = None
    layout: Mapping[str, Column] = PLAIN
    finds: Literal["phone", "account"] = "phone"
    again: bool = True
    timeout: float = Field(default=10, gt=0, le=60)

    @field_validator("folder")
    @classmethod
    def _below(cls, given: str | None) -> str | None:
        if given is not None and (not given.strip() or given[0] in "/~\\" or ".." in given.split("/")):
            raise ValueError("a folder below `root`")
        return given

    @field_validator("url")
    @classmethod
    def _sealed(cls, given: str | None) -> str | None:
        if given is not None:
            parts = urlsplit(given)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
                raise ValueError("https, but to this machine: what is sent holds telephones")
        return given

    @model_validator(mode="after")
    def _one_way(self) -> "Gateway":
        if (self.folder is None) == (self.url is None):
            raise ValueError("one of folder and url")
        if self.finds not in self.layout.values():
            raise ValueError(f"the layout names no column for {self.finds}")
        if not {"text", "key"} <= set(self.layout.values()):
            raise ValueError("the layout names columns for text and key")
        return self


class Reminding(_Frozen):
    """`templates` by client code. `at`: the hour of what names none. `phone`: where the agency is called."""

    at: time = time(10)
    root: str | None = None  # where the folders lie
    agency: str = ""  # as messages call it; none: the agency's name
    phone: str = ""
    gateways: Mapping[Channel, Gateway] = Field(default_factory=dict)
    templates: Mapping[str, tuple[Template, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> "Reminding":
        if self.templates and not self.phone.strip():
            raise ValueError("R09: `phone`, the agency's telephone, is said in every message")
        for client, some in self.templates.items():
            named = [(each.name, each.version, channel) for each in some for channel in each.channels]
            if len(set(named)) < len(named):
                raise ValueError(f"{client}: a name and version twice")
        return self

    def in_force(self, client: str, channel: str, day: date) -> dict[str, Template]:
        """By name, the newest version of each text."""
        found: dict[str, Template] = {}
        for each in sorted(self.templates.get(client, ()), key=lambda one: one.version):
            if channel in each.channels and each.holds_on(day):
                found[each.name] = each
        return found


def given_name(whole: str | None) -> str:
    """The first of somebody's names, letters only: "LÓPEZ/ANA" is no name to call anybody by."""
    first = (whole or "").split()[:1]
    return first[0].capitalize() if first and first[0].isalpha() and len(first[0]) > 1 else ""


__all__ = ["Channel", "Gateway", "Reminding", "Template", "given_name"]
