"""Reports as documents, and their way out of the house."""

from skills.contract import Skill
from skills.reports.executive import EXECUTIVE
from skills.reports.pack import CONTACTS, PACK
from skills.reports.send import DELIVERIES, SEND

SKILL = Skill("reports", (EXECUTIVE, PACK, CONTACTS, DELIVERIES), (SEND,))
