"""What can be wrong with a lake, by the key of its sentence. Knows no sentence and no optional package."""

from typing import Any

# What requirements-lake.txt installs; nothing else in the product may ask for them.
OPTIONAL = frozenset({"duckdb", "pyarrow", "sqlglot", "pyspark", "grpc", "google"})


class LakeFault(Exception):
    """`key` names a sentence of text.yaml."""

    def __init__(self, key: str, **slots: Any) -> None:
        super().__init__(key)
        self.key, self.slots = key, slots


class StaleLake(LakeFault):
    """The database holds something the lake has not: sums of it would be old ones."""

    def __init__(self, folder: object) -> None:
        super().__init__("lake_stale", folder=str(folder))


def missing(error: ImportError) -> bool:
    """An optional package is not installed, as opposed to a fault of our own."""
    return (error.name or "").split(".")[0] in OPTIONAL
