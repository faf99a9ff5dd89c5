"""Writes docs/layouts.md from the layouts themselves: `python -m db.loading.guide`. A test keeps it fresh."""

from pathlib import Path
from typing import Any

import yaml

from db.loading.allowed import OPEN
from db.metrics import load_catalogue
from db.result_codes import load_result_codes

LAYOUTS = Path(__file__).with_name("layouts")
PAGE = Path(__file__).parents[2] / "docs" / "layouts.md"
TITLE = Path(__file__).with_name("guide.md")


def page() -> str:
    """The columns of every kind in the standard layout, then what the bank's layout calls them."""
    book: dict[str, Any] = yaml.safe_load((LAYOUTS / "kinds.yaml").read_text(encoding="utf-8"))
    kinds: dict[str, Any] = book["kinds"]
    rows = [f"| `{name}` | {_columns(kind)} |" for name, kind in kinds.items()]
    bank: dict[str, Any] = yaml.safe_load((LAYOUTS / "banco_mx.yaml").read_text(encoding="utf-8"))["kinds"]
    theirs = [f"| `{name}` | {_named(kind['columns'])} |" for name, kind in bank.items()]
    parts = {"kinds": rows, "bank": theirs, "choices": _choices(book), "codes": _codes()}
    text = TITLE.read_text(encoding="utf-8")
    for name, lines in parts.items():
        text = text.replace(f"<!-- {name} -->", "\n".join(lines))
    return text


def _choices(book: dict[str, Any]) -> list[str]:
    """Every column with a list, and the values of it."""
    rows = []
    for name, values in book["choices"].items():
        columns = [
            f"`{kind}.{column}`"
            for kind, shape in book["kinds"].items()
            for column, spec in (shape["required"] | shape.get("optional", {})).items()
            if spec == f"choice {name}"
        ]
        rows.append(f"| {', '.join(columns)} | {' · '.join(_value(*value) for value in values.items())} |")
    metrics = " · ".join(f"`{name}`" for name in load_catalogue().ids)
    return [*rows, f"| `targets.metric`, `budgets.metric` | {metrics} |"]


def _value(kept: str, others: list[str]) -> str:
    if kept == OPEN:
        return "cualquier otro se guarda como viene, hasta 12 caracteres"
    return f"`{kept}` ({', '.join(others)})" if others else f"`{kept}`"


def _codes() -> list[str]:
    return [f"| `{code.code}` | {code.es} |" for code in load_result_codes().values()]


def _columns(kind: dict[str, Any]) -> str:
    required = " ".join(f"**{name}**" for name in kind["required"])
    return f"{required} {' '.join(kind.get('optional', {}))}".strip()


def _named(columns: dict[str, Any]) -> str:
    return ", ".join(f"{ours} ← {_sources(theirs)}" for ours, theirs in columns.items())


def _sources(theirs: Any) -> str:
    if isinstance(theirs, dict):
        return " + ".join(theirs["join"])
    return " / ".join(theirs)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
