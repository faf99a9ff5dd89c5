"""Bounds without a number: "cero promesas", "arriba de la meta". Knows no metric's measure."""

from bot.understand.draft import Draft
from bot.understand.normalise import fold


def read_none_of(draft: Draft) -> None:
    """ "agentes con cero promesas": those who have none of them."""
    for at, item in draft.each("none_of"):
        noun = draft.after(at)
        counted = "ptp_count" if draft.kind(noun) == "ask" and draft.items[noun].value == "promesas" else None
        if draft.kind(noun) == "metric":
            counted = str(draft.items[noun].value)
        if counted is not None:
            draft.take(at, noun)
            draft.thresholds.append(counted)
            draft.add_filter(counted, "eq", 0)
        item.used = counted is not None


def read_against_target(draft: Draft) -> None:
    """ "agentes arriba de la meta": who; "¿vamos arriba de la meta?": how far."""
    for at, item in draft.each("cmp"):
        target = draft.after(at, skip=("stop", "me"))
        if draft.kind(target) != "target" or item.value not in ("gt", "lt", "ge", "le"):
            continue
        draft.take(at)
        rows = any(i.kind in ("dim", "who", "which") for i in draft.items)
        if any(fold(i.raw) in ("who is", "quien esta", "quienes estan") for i in draft.items):
            draft.add_dim("agent")
            rows = True
        if not rows:
            draft.items[target].kind, draft.items[target].value = "metric", "goal_attainment"
            continue
        draft.take(target)
        draft.thresholds.append("goal_attainment")
        draft.add_filter("goal_attainment", item.value, 1)
