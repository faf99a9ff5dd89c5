"""Writes docs/layouts.md from the layouts themselves: `python -m db.loading.guide`. A test keeps it fresh."""

from pathlib import Path
from typing import Any

import yaml

LAYOUTS = Path(__file__).with_name("layouts")
PAGE = Path(__file__).parents[2] / "docs" / "layouts.md"
TITLE = Path(__file__).with_name("guide.md")


def page() -> str:
    """The columns of every kind in the standard layout, then what the bank's layout calls them."""
    kinds: dict[str, Any] = yaml.safe_load((LAYOUTS / "kinds.yaml").read_text(encoding="utf-8"))["kinds"]
    rows = [f"| `{name}` | {_columns(kind)} |" for name, kind in kinds.items()]
    bank: dict[str, Any] = yaml.safe_load((LAYOUTS / "banco_mx.yaml").read_text(encoding="utf-8"))["kinds"]
    theirs = [f"| `{name}` | {_named(kind['columns'])} |" for name, kind in bank.items()]
    text = TITLE.read_text(encoding="utf-8")
    return text.replace("<!-- kinds -->", "\n".join(rows)).replace("<!-- bank -->", "\n".join(theirs))


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
