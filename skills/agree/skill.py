"""Agreements as a skill: what can be asked of them and done about them."""

from skills.agree.card import CARD
from skills.agree.changes import CHANGES
from skills.agree.letters import ISSUE, LETTER
from skills.agree.record import QUOTE_IT, RECORD
from skills.contract import Skill

SKILL = Skill("agree", questions=(CARD, QUOTE_IT, LETTER), actions=(RECORD, *CHANGES, ISSUE))
