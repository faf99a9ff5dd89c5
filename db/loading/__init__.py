"""Files into the database: `preview` says what a file would do, `apply` does it whole or not at all."""

from pathlib import Path

from db.loading.faults import LoadingRefused, Note
from db.loading.layouts import kinds, load_layouts
from db.loading.report import Loaded, Preview, describe
from db.loading.run import apply, preview

TEXTS = Path(__file__).with_name("text.yaml")

__all__ = [
    "TEXTS",
    "Loaded",
    "LoadingRefused",
    "Note",
    "Preview",
    "apply",
    "describe",
    "kinds",
    "load_layouts",
    "preview",
]
