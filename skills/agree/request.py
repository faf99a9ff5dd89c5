"""What is asked about agreements, in the one notation. Knows no account."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from skills.one_account import OneAccount

Frequency = Literal["semanal", "quincenal", "mensual"]
Letter = Literal["agreement", "settlement"]
Reason = Literal["income", "illness", "debts", "closing", "offer"]
Party = Literal["debtor", "guarantor", "representative"]
AcceptedBy = Literal["call", "whatsapp", "email", "sms", "visit", "letter"]


class AgreementRequest(OneAccount):
    """`amount` is what is to be paid in all. With a `discount` (0.15) or `settles`, paying it settles the
    account; otherwise what it leaves is still owed. `reason`: why something is waived; `party` accepted it by
    `channel`. What is not said is asked."""

    amount: Decimal | None = Field(default=None, gt=0, max_digits=13, decimal_places=2)
    installments: int | None = Field(default=None, ge=1, le=120)
    frequency: Frequency | None = None
    first_date: date | None = None
    discount: Decimal | None = Field(default=None, ge=0, lt=1)
    settles: bool | None = None
    creditor_folio: str | None = Field(default=None, min_length=1, max_length=40)
    reason: Reason | None = None
    party: Party | None = None
    channel: AcceptedBy | None = None


class AcceptedRequest(OneAccount):
    """An agreement that was accepted: by whom and in which way, where that is not on record yet."""

    party: Party | None = None
    channel: AcceptedBy | None = None


class LetterRequest(OneAccount):
    kind: Letter = "agreement"
