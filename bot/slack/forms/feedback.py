"""The form that asks what was wrong with an answer. Knows no answer, only its key."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.slack.blocks import Block
from bot.slack.forms.fields import TYPED, asked, modal, option, put_in, radio, written
from skills.contract import Language
from skills.text import Texts

CALLBACK = "feedback_form"
REASON, COMMENT = "reason", "comment"
REASONS = ("number", "meaning", "missing", "slow", "other")
REF = 40


class Feedback(NamedTuple):
    ref: str
    reason: str
    comment: str | None


def feedback_view(texts: Texts, language: Language, ref: str) -> Block:
    """`ref` is the answer's key in the record."""

    def say(key: str) -> str:
        return texts.say(language, key)

    options = [option(say(f"feedback.reason.{each}"), each) for each in REASONS]
    return modal(
        say("feedback.title"),
        CALLBACK,
        [
            asked(REASON, say("feedback.reason"), radio("form_reason", options)),
            asked(
                COMMENT,
                say("feedback.comment"),
                written("form_comment"),
                optional=True,
                hint=say("feedback.comment_hint"),
            ),
        ],
        submit=say("feedback.submit"),
        close=say("surface.cancel"),
        metadata=ref,
    )


def read_feedback(view: Mapping[str, Any]) -> Feedback | dict[str, str]:
    """What was said, or the keys of what is wrong under the fields at fault."""
    reason, comment = put_in(view, REASON), (put_in(view, COMMENT) or "").strip()[:TYPED]
    if reason not in REASONS:
        return {REASON: "feedback.no_reason"}
    if reason == "other" and not comment:
        return {COMMENT: "feedback.no_comment"}
    return Feedback(str(view.get("private_metadata") or "")[:REF], reason, comment or None)
