"""Promises to pay from chat: recorded, and taken back the same day."""

from skills.contract import Action, Role, Skill
from skills.promise import cancel, record
from skills.promise.request import CancelRequest, PromiseRequest

ROLES: frozenset[Role] = frozenset(("agent", "supervisor", "manager", "director", "admin"))
SKILL = Skill(
    "promise",
    actions=(
        Action(
            record.RECORD,
            PromiseRequest,
            ROLES,
            record.preview,
            record.apply,
            record.undo,
            asks=frozenset(("slot:amount", "slot:date")),
        ),
        Action(cancel.CANCEL, CancelRequest, ROLES, cancel.preview, cancel.apply),
    ),
)
