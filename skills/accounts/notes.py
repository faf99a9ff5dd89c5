"""A note on an account: shown as it will be kept, and refused where it holds what nobody may write down."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from db.note_rules import LONGEST, THREAT, judged
from db.notes import take_back_note, write_note
from skills.accounts.marking import WORKING, done, marked, moved_on, shown
from skills.contract import Action, Answer, Context, Option, Preview, Refused
from skills.lawful import refuse_unlawful_words
from skills.one_account import OneAccount


class NoteRequest(OneAccount):
    text: str = Field(min_length=1)


def preview_note(ctx: Context, request: NoteRequest) -> Preview:
    found = marked(ctx, "add_note", request)
    if len(request.text) > LONGEST:
        raise Refused("floor.note.too_long", about="slot:text", most=f"{LONGEST:,}")
    note = judged(request.text)
    if not note.lawful:
        raise _unlawful(ctx, request, note.against)
    refuse_unlawful_words(ctx, request.text)
    cut = note.kept != " ".join(request.text.split())
    return shown(
        ctx,
        found,
        "note",
        ("—", note.kept),
        plan={"body": note.kept},
        warnings=(ctx.say("floor.note.masked"),) if cut else (),
        told={},
        after="note",  # its words stay on the account, not in the record
    )


def _unlawful(ctx: Context, request: NoteRequest, against: str) -> Refused:
    if against == THREAT:
        return Refused("floor.note.threat", about="compliance")
    neutral = ctx.say("floor.note.neutral")
    fields = {**request.model_dump(mode="json", exclude_none=True), "text": neutral}
    choice = Option(ctx.say("floor.note.keep_neutral", text=neutral), "add_note", fields)
    return Refused(
        "floor.note.sensitive",
        about="pii",
        choices=(choice,),
        kind=ctx.say(f"floor.note.kind.{against}"),
    )


def apply_note(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    write_note(ctx.session, int(plan["account"]), ctx.actor.person_id, plan["body"], ctx.now)
    return done(ctx, "note", plan)


def undo_note(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    if not take_back_note(ctx.session, int(plan["account"]), ctx.actor.person_id, plan["body"], ctx.now):
        raise moved_on("undo")
    return done(ctx, "unnote", plan)


ACTIONS = (
    Action(
        "add_note",
        NoteRequest,
        WORKING,
        preview_note,
        apply_note,
        undo_note,
        private_text=frozenset({"text"}),
    ),
)
