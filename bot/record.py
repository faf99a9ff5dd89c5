"""Puts a question and what became of it on record, with the answer's way to the asker. Decides nothing."""

from time import perf_counter

from sqlalchemy import Connection

from bot.identity import COMMAND_LINE
from bot.llm.record import keep as keep_calls
from bot.outcome import Outcome
from bot.private import said_without, without, words_netted
from bot.turn import Call
from db.audit import Entry, record, record_effect, remember
from db.identifiers import netted
from db.proposals import keep

REMEMBERED = ("answer", "clarify", "refuse")
TALKED = ("dm", "channel", "slash", "cli")  # where a request without words is a button's


def put_on_record(
    connection: Connection, call: Call, person: int | None, outcome: Outcome | None, reason: str | None
) -> None:
    """The audit row, the thread's memory, the proposal and the answer's way to the asker, together."""
    entry = _entry(call, person, outcome, reason)
    if call.calls:
        keep_calls(connection, call.calls, entry)
    if outcome is not None and outcome.effect is not None:
        record_effect(connection, entry, outcome.effect)
    else:
        record(connection, entry)
    if outcome is None:
        return
    spoken = outcome.outcome in REMEMBERED and outcome.about != "confirm_reading"
    if call.thread and outcome.request and spoken:
        remember(connection, call.place.id, call.thread, outcome.request, call.now)
    if outcome.proposal is not None:
        keep(connection, outcome.proposal)
    call.hooks.deliver(connection, outcome)


def _entry(call: Call, person: int | None, outcome: Outcome | None, reason: str | None) -> Entry:
    who, place = call.who, call.place
    pressed = call.said is None and place.kind in TALKED
    return Entry(
        at=call.now,
        person_id=None if person == COMMAND_LINE else person,
        actor=f"{who.via} as {who.id}" if who.via and who.via != who.id else who.id,
        entrance="button" if pressed else place.kind,
        place=place.id,
        said=None if (said := said_without(call.said, call.private)) is None else netted(said),
        request=words_netted(without(outcome.request, call.private)) if outcome else None,
        outcome=outcome.outcome if outcome else "failed",
        reason=reason,
        rows=len(outcome.answer.rows) if outcome and outcome.answer else 0,
        took_ms=round((perf_counter() - call.started) * 1000),
        ref=call.hooks.ref,
    )
