"""Which of a metric's definitions the words choose: "por saldo", "csat promedio", "entre intentos"."""

from bot.understand.draft import Draft
from bot.understand.lexicon import Lexicon
from bot.understand.normalise import fold
from db.metrics import Metric

# What is counted one by one, and the metric that tells it in pesos.
IN_MONEY = {
    "agreements_count": "agreements_amount",
    "ptp_count": "ptp_amount",
    "ptp_kept_rate": "ptp_kept_amount_rate",
    "payments_count": "recovered_amount",
    "accounts_count": "portfolio_balance",
    "aging_accounts": "aging_balance",
}


def read_variants(draft: Draft, lexicon: Lexicon) -> None:
    """Read before the metrics are: a variant said by its own words names its metric too."""
    _read_named(draft)
    found = [i for _, i in draft.each("metric")]
    said = [i.value for i in found if not i.weak] or [i.value for i in found]
    metrics = [lexicon.catalogue.metrics[m] for m in said if m in lexicon.catalogue.metrics]
    for at, item in draft.each("variant"):
        before = draft.before(at)
        if draft.kind(before) == "number" and draft.items[before].used:
            item.used = True  # "menos de 60 mil de saldo": what the number bounds
        elif item.value == "accounts" and said == ["aging_balance"]:
            item.used = True
            for _, aging in draft.each("metric"):
                aging.value = "aging_accounts"
        elif item.value == "accounts" and said == ["calls"]:
            item.used = True  # "cuántos toques llevamos por cuenta"
            for each in found:
                each.value, each.weak = "intensity", False
        elif not said or any(m.variant_said(str(item.value)) for m in metrics):
            item.used = True
            draft.variant = str(item.value)
        elif item.value == "balance" and any(m.unit == "money" for m in metrics):
            item.used = True  # money is counted in pesos anyway
        elif item.value == "balance" and len(said) == 1 and said[0] in IN_MONEY:
            item.used = True
            for each in found:
                each.value = IN_MONEY.get(each.value, each.value)
    _read_of_balance(draft, metrics)
    _read_mean(draft, said)


def _read_named(draft: Draft) -> None:
    """ "csat promedio" is the metric and its definition; beside another metric nobody knows what it is."""
    for _, item in draft.each("named"):
        owners = dict(item.value)
        said = [str(i.value) for _, i in draft.each("metric", "generic") if i.kind == "metric" and not i.weak]
        here = [m for m in said if m in owners] or ([] if said or draft.in_thread else list(owners)[:1])
        if not here and draft.in_thread and not said:
            draft.variant, item.used = next(iter(owners.values())), True
        elif here:
            item.kind, item.value, item.weak = "metric", here[0], False
            draft.variant = owners[here[0]]


def _read_of_balance(draft: Draft, metrics: list[Metric]) -> None:
    """ "contención del saldo": weighed by it."""
    said = [i for _, i in draft.each("metric") if i.value == "portfolio_balance"]
    migration = bool(metrics) and all(m.kind == "migration" for m in metrics)
    of_balance = any(fold(i.raw).startswith(("saldo", "balance")) for i in said)
    if draft.variant is None and migration and of_balance:
        draft.variant = "balance"


def _read_mean(draft: Draft, said: list[str]) -> None:
    """ "promedio del csat de octubre": the mean of 1 to 5, not the share that is satisfied."""
    for _, item in draft.each("echo"):
        if item.value == "average" and said == ["csat"]:
            draft.variant = "mean"
