"""The form that asks what was wrong: inside Slack's limits, and read back without trusting it."""

from typing import Any

import pytest

from bot.app import text_files
from bot.slack.forms.feedback import REASONS, Feedback, feedback_view, read_feedback
from localslack.blockkit import check_view
from skills.contract import Language
from skills.text import LANGUAGES, load_texts

TEXTS = load_texts(*text_files())


def filled(reason: Any = None, comment: Any = None, ref: Any = "message:1") -> dict[str, Any]:
    values = {
        "reason": {"form_reason": {"selected_option": {"value": reason} if reason else None}},
        "comment": {"form_comment": {"value": comment}},
    }
    return {"private_metadata": ref, "state": {"values": values}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_would_draw_it(language: Language) -> None:
    view = feedback_view(TEXTS, language, "message:1")
    assert check_view(view) == []
    assert view["private_metadata"] == "message:1"
    assert [option["value"] for option in view["blocks"][0]["element"]["options"]] == list(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_what_was_said(reason: str) -> None:
    assert read_feedback(filled(reason, "  faltó un equipo ")) == Feedback(
        "message:1", reason, "faltó un equipo"
    )


def test_only_another_reason_needs_a_word() -> None:
    assert read_feedback(filled("slow", None)) == Feedback("message:1", "slow", None)
    assert read_feedback(filled("other", "   ")) == {"comment": "feedback.no_comment"}


@pytest.mark.parametrize("reason", [None, "", "DROP", "numbers", 7, {"a": 1}])
def test_a_reason_of_somebody_elses_making_is_refused(reason: Any) -> None:
    found = read_feedback(filled(reason, "x"))
    assert found == {"reason": "feedback.no_reason"}
    assert all(key in TEXTS for key in found.values())


def test_a_long_comment_is_cut_and_an_empty_view_is_no_fault() -> None:
    found = read_feedback(filled("other", "x" * 5_000, "r" * 100))
    assert isinstance(found, Feedback)
    assert (len(found.ref), len(found.comment or "")) == (40, 500)
    assert read_feedback({}) == {"reason": "feedback.no_reason"}
    assert read_feedback({"state": {"values": {"reason": {"x": 1}}}}) == {"reason": "feedback.no_reason"}
