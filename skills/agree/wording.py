"""Agreements in the asker's words: money to the centavo, days, instalments. Decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from db.agreement_book import Debt, Kept
from db.agreement_rules import Agreement, Installment, InstallmentResult, installments_of
from skills import text
from skills.contract import Context, Table


def money(cents: int) -> str:
    return f"${Decimal(cents) / 100:,.2f}"


def named(ctx: Context, debt: Debt) -> str:
    return ctx.say("agree.echo", client=debt.client, product=debt.product or ctx.say("agree.no_product"))


def day(ctx: Context, on: date) -> str:
    return text.day(on, ctx.actor.language, ctx.now.date())


def planned(ctx: Context, parts: Sequence[Installment]) -> Table:
    heads = tuple(ctx.say(f"agree.head_{key}") for key in ("number", "due", "amount"))
    rows = tuple((str(part.number), day(ctx, part.due_on), money(part.amount_cents)) for part in parts)
    return Table(ctx.say("agree.installments"), heads, rows)


def schedule(ctx: Context, kept: Kept) -> Table:
    """Each instalment with what was paid of it and how it stands today; the plan where it never began."""
    if not kept.judged.installments:
        made = Agreement(*(kept.row._mapping[name] for name in Agreement._fields))
        return planned(ctx, installments_of(made, ctx.calendars.bank))
    heads = tuple(ctx.say(f"agree.head_{key}") for key in ("number", "due", "amount", "paid", "state"))
    rows = tuple(
        (
            str(part.number),
            day(ctx, part.due_on),
            money(part.amount_cents),
            money(part.allocated_cents),
            ctx.say(f"agree.part.{part_state(part, ctx.now.date())}"),
        )
        for part in kept.judged.installments
    )
    return Table(ctx.say("agree.installments"), heads, rows)


def part_state(part: InstallmentResult, today: date) -> str:
    """paid as soon as it is; missed only once the payment file that could say otherwise is in."""
    if part.status == "kept" and part.allocated_cents >= part.amount_cents:
        return "paid"
    if today >= part.decide_on:
        return part.status
    return "due" if today <= part.due_on else "late"


def consented(ctx: Context, consent: Mapping[str, Any]) -> list[str]:
    """What a discount is taken off and why, and who accepted the agreement: as far as that is known."""
    accessory, principal = consent["waived_accessory_cents"], consent["waived_principal_cents"]
    said = []
    if accessory or principal:
        said.append(ctx.say("agree.waived", accessory=money(accessory), principal=money(principal)))
    if consent["reason"]:
        said.append(ctx.say("agree.because", reason=ctx.say(f"agree.reason.{consent['reason']}")))
    if consent["party"] and consent["channel"]:
        said.append(accepted(ctx, consent["party"], consent["channel"]))
    return said


def accepted(ctx: Context, party: str, channel: str) -> str:
    by, way = accepted_word(ctx, "party", party), accepted_word(ctx, "channel", channel)
    return ctx.say("agree.accepted", party=by, channel=way)


def accepted_word(ctx: Context, name: str, value: str) -> str:
    return ctx.say(f"agree.party.{value}") if name == "party" else ctx.say(f"agree.channel.{value}")


def roles(ctx: Context, names: Sequence[str]) -> str:
    return ctx.say("agree.or").join(ctx.say(f"agree.role.{name}") for name in names)
