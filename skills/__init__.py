"""What people can ask or do. Each skill is a folder; none imports another, nor the surface above."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skills.contract import Skill


def all_skills() -> "tuple[Skill, ...]":
    """Every skill there is. Imported when asked for: a skill's own imports pass through this module."""
    from skills.accounts.skill import SKILL as ACCOUNTS
    from skills.agree.skill import SKILL as AGREE
    from skills.alerts.skill import SKILL as ALERTS
    from skills.approvals.skill import SKILL as APPROVALS
    from skills.arco.skill import SKILL as ARCO
    from skills.assign.skill import SKILL as ASSIGN
    from skills.compliance.skill import SKILL as COMPLIANCE
    from skills.dialing.skill import SKILL as DIALING
    from skills.help.skill import SKILL as HELP
    from skills.iso.skill import SKILL as ISO
    from skills.kpi.anomalies import SKILL as ANOMALIES
    from skills.kpi.scorecard.skill import SKILL as SCORECARD
    from skills.kpi.skill import SKILL as KPI
    from skills.kpi.why.skill import SKILL as WHY
    from skills.letters.skill import SKILL as LETTERS
    from skills.lists.skill import SKILL as LISTS
    from skills.promise.skill import SKILL as PROMISE
    from skills.recognition.skill import SKILL as RECOGNITION
    from skills.reminders.skill import SKILL as REMINDERS
    from skills.reports.skill import SKILL as REPORTS
    from skills.schedules.skill import SKILL as SCHEDULES
    from skills.targets.skill import SKILL as TARGETS
    from skills.trail.skill import SKILL as TRAIL
    from skills.training.skill import SKILL as TRAINING

    return (
        KPI,
        WHY,
        ANOMALIES,
        SCORECARD,
        ACCOUNTS,
        AGREE,
        ALERTS,
        APPROVALS,
        ARCO,
        ASSIGN,
        COMPLIANCE,
        DIALING,
        ISO,
        TARGETS,
        TRAINING,
        LISTS,
        LETTERS,
        REMINDERS,
        RECOGNITION,
        REPORTS,
        SCHEDULES,
        PROMISE,
        TRAIL,
        HELP,
    )
