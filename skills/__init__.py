"""What people can ask or do. Each skill is a folder; none imports another, nor the surface above."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skills.contract import Skill


def all_skills() -> "tuple[Skill, ...]":
    """Every skill there is. Imported when asked for: a skill's own imports pass through this module."""
    from skills.accounts.skill import SKILL as ACCOUNTS
    from skills.assign.skill import SKILL as ASSIGN
    from skills.help.skill import SKILL as HELP
    from skills.kpi.anomalies import SKILL as ANOMALIES
    from skills.kpi.skill import SKILL as KPI
    from skills.kpi.why.skill import SKILL as WHY
    from skills.trail.skill import SKILL as TRAIL

    return (KPI, WHY, ANOMALIES, ACCOUNTS, ASSIGN, TRAIL, HELP)
