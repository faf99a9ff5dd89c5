"""The agency's own evidence: accesses, nonconformities, compliance by client."""

from skills.contract import Question, Skill
from skills.iso import access, register, week
from skills.iso.access import AccessRequest
from skills.iso.register import ACTIONS, RegisterRequest
from skills.iso.week import WeekRequest

SKILL = Skill(
    "iso",
    (
        Question("access_review", AccessRequest, access.ROLES, access.answer),
        Question("nonconformities", RegisterRequest, register.ATTENDS, register.answer),
        Question("compliance_week", WeekRequest, week.ROLES, week.answer),
    ),
    ACTIONS,
)
