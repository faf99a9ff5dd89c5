"""The values a column with a list takes, for the reasons of refused rows and for the guide. Knows no row."""

from db.loading.layouts import Choice, choices
from db.metrics import load_catalogue
from db.result_codes import load_result_codes

OPEN = "*"  # a list that keeps any other value as sent


def words(name: str) -> tuple[str, ...]:
    """Each value of a list as it is kept, with the first other way files say it: agent (asesor)."""
    listed = ((kept, next(iter(others), None)) for kept, others in choices(name).items() if kept != OPEN)
    return tuple(f"{kept} ({other})" if other else kept for kept, other in listed)


def allowed(fault: str, choice: Choice) -> tuple[str, ...]:
    """What the column of this fault would have taken; nothing where the fault is not of a list."""
    key, _, column = fault.partition(":")
    if key == "unknown_code":
        return tuple(load_result_codes())
    if key == "unknown_metric":
        return load_catalogue().ids
    if key != "bad_choice":
        return ()
    spec = choice.shape.types.get(column)
    if spec is not None:
        return words(spec.removeprefix("choice "))
    reversal = choice.rules.reversal  # a column only the bank has
    return (*reversal.paid, *reversal.reversed) if reversal else ()
