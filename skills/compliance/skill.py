"""Compliance in chat: breaches, whether somebody may be contacted, what the rules say, and what was done."""

from skills.compliance import breaches, contact, rules
from skills.compliance.attend import ATTEND
from skills.compliance.breaches import BreachesRequest
from skills.compliance.contact import ContactRequest
from skills.compliance.rules import RuleRequest
from skills.contract import Question, Skill

SKILL = Skill(
    "compliance",
    (
        Question("breaches", BreachesRequest, breaches.ROLES, breaches.answer),
        Question("may_contact", ContactRequest, contact.ROLES, contact.answer),
        Question("rule", RuleRequest, rules.ROLES, rules.answer),
    ),
    (ATTEND,),
)
