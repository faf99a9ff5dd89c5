"""Erasure of a debtor's data, and what is deleted because its term has ended."""

from skills.arco.erase import ERASE
from skills.arco.retention import ROLES, RetentionRequest, answer
from skills.contract import Question, Skill

SKILL = Skill("arco", (Question("retention", RetentionRequest, ROLES, answer),), (ERASE,))
