"""What debtors say: surveys they answer, and the complaints they file. Reads no text of theirs."""

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, case, func, literal, select

from db.sources.flows import with_account, within
from db.sources.owners import with_assignment, with_supervisor
from db.sources.source import Source
from db.sources.window import Window
from db.tables.agency import cases
from db.tables.facts import surveys
from db.tables.reference import accounts

COMPLAINTS = "complaints"
CSAT, NPS = "csat5", "nps"
SATISFIED = 4  # of 5
PROMOTER, DETRACTOR = 9, 6  # of 10


def _where(test: ColumnElement[bool]) -> ColumnElement[int]:
    return case((test, 1), else_=0)


def survey_facts(window: Window, needs: frozenset[str]) -> Subquery:  # noqa: ARG001  (one shape for all sources)
    """One row an answer. Where its account is not known, client and campaign are 0: nobody's."""
    rows: FromClause
    rows, supervisor = with_supervisor(surveys, surveys.c.agent_id, surveys.c.answered_on)
    rows = rows.outerjoin(accounts, accounts.c.id == surveys.c.account_id)
    score, rated, recommends = surveys.c.score, surveys.c.scale == CSAT, surveys.c.scale == NPS
    return (
        select(
            surveys.c.answered_on.label("day"),
            func.coalesce(accounts.c.client_id, 0).label("client_id"),
            func.coalesce(accounts.c.campaign_id, 0).label("campaign_id"),
            supervisor.label("supervisor_id"),
            surveys.c.agent_id,
            accounts.c.product,
            accounts.c.state,
            _where(rated).label("csat_answers"),
            _where(and_(rated, score >= SATISFIED)).label("csat_satisfied"),
            case((rated, score), else_=0).label("csat_stars"),
            _where(recommends).label("nps_answers"),
            _where(and_(recommends, score >= PROMOTER)).label("nps_promoters"),
            _where(and_(recommends, score <= DETRACTOR)).label("nps_detractors"),
        )
        .select_from(rows)
        .where(within(surveys.c.answered_on, window))
        .subquery("survey_facts")
    )


def complaint_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row a complaint, by the day it was received; its agent is the one assigned that day."""
    rows: FromClause
    rows, assigned = with_assignment(cases, cases.c.account_id, cases.c.received_on)
    rows, supervisor = with_supervisor(rows, assigned.c.agent_id, cases.c.received_on)
    rows, columns = with_account(rows, cases, window, needs)
    return (
        select(
            cases.c.received_on.label("day"),
            cases.c.client_id,
            cases.c.campaign_id,
            supervisor.label("supervisor_id"),
            func.coalesce(assigned.c.agent_id, 0).label("agent_id"),
            cases.c.channel,
            literal(1).label("complaints"),
            *columns,
        )
        .select_from(rows)
        .where(within(cases.c.received_on, window), cases.c.register == COMPLAINTS)
        .subquery("complaint_facts")
    )


SOURCES = (
    Source("surveys", "period", survey_facts, (), ("surveys",)),
    Source("complaints", "period", complaint_facts, (), ("complaints",)),
)
