"""Compliance in chat: breaches, whether somebody may be contacted, what the rules say, and what was done."""

from skills.compliance import breaches, contact, reaching, redeco, rules, terms
from skills.compliance.attend import ATTEND
from skills.compliance.breaches import BreachesRequest
from skills.compliance.contact import ContactRequest
from skills.compliance.reaching import ReachingRequest
from skills.compliance.redeco import RedecoRequest
from skills.compliance.rules import RuleRequest
from skills.compliance.terms import TermsRequest
from skills.contract import Question, Skill

SKILL = Skill(
    "compliance",
    (
        Question("breaches", BreachesRequest, breaches.ROLES, breaches.answer),
        Question("may_contact", ContactRequest, contact.ROLES, contact.answer),
        Question("contact_rules", ReachingRequest, reaching.ROLES, reaching.answer),
        Question("rule", RuleRequest, rules.ROLES, rules.answer),
        Question("terms", TermsRequest, terms.ROLES, terms.answer),
        Question("redeco", RedecoRequest, redeco.ROLES, redeco.answer),
    ),
    (ATTEND,),
)
