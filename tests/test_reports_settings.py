"""Whom reports may be sent to, and by which server, as config.yaml says it: what is faulty is a fault."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.sections import Mail
from skills.rules import Recipient


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail": ["a@b.mx"], "folder": "x"},
        {},
        {"mail": ["a@b.mx, c@d.mx"]},
        {"mail": ["nobody"]},
        {"folder": "../x"},
        {"folder": "/etc"},
    ],
)
def test_a_faulty_recipient_is_a_fault(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Recipient.model_validate(wrong)


def test_mail_leaves_this_machine_sealed_or_not_at_all() -> None:
    with pytest.raises(ValidationError):
        Mail(host="smtp.example.mx", security="none")
    assert Mail(host="smtp.example.mx").security == "starttls"
