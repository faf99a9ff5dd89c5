"""One planner a kind of file: from typed rows to what the database will do with them."""

from collections.abc import Callable, Mapping

from db.loading.known import Job
from db.loading.mapping import Typed
from db.loading.plan import Plan
from db.loading.planners.accounts import plan_accounts
from db.loading.planners.agreements import plan_agreements
from db.loading.planners.assignments import plan_assignments
from db.loading.planners.cases import plan_cases
from db.loading.planners.events import (
    plan_contacts,
    plan_evaluations,
    plan_promises,
    plan_sales,
    plan_shifts,
    plan_surveys,
)
from db.loading.planners.fees import plan_fees
from db.loading.planners.money import plan_budgets, plan_costs, plan_payments, plan_targets
from db.loading.planners.parties import plan_campaigns, plan_clients
from db.loading.planners.people import plan_people
from db.loading.planners.phones import plan_phones
from db.loading.planners.positions import plan_balances, plan_recalls
from db.loading.planners.trainings import plan_trainings

PLANNERS: Mapping[str, Callable[[Job, Typed], Plan]] = {
    "people": plan_people,
    "clients": plan_clients,
    "campaigns": plan_campaigns,
    "accounts": plan_accounts,
    "phones": plan_phones,
    "balances": plan_balances,
    "recalls": plan_recalls,
    "payments": plan_payments,
    "contacts": plan_contacts,
    "promises": plan_promises,
    "agreements": plan_agreements,
    "assignments": plan_assignments,
    "targets": plan_targets,
    "budgets": plan_budgets,
    "costs": plan_costs,
    "fees": plan_fees,
    "surveys": plan_surveys,
    "evaluations": plan_evaluations,
    "shifts": plan_shifts,
    "trainings": plan_trainings,
    "sales": plan_sales,
    "complaints": plan_cases,
    "arco": plan_cases,
    "holds": plan_cases,
    "opt_outs": plan_cases,
}
