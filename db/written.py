"""Reads a YAML file of the product as plain values, at the C loader's speed where there is one."""

from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """Raises yaml.YAMLError, OSError or UnicodeDecodeError."""
    with path.open(encoding="utf-8") as source:
        return yaml.load(source, Loader=_LOADER)  # noqa: S506 (a safe loader)
