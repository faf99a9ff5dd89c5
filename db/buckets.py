"""Days-past-due buckets by a client's own edges. Charged off is a status shown as a bucket."""

from collections.abc import Sequence
from itertools import pairwise

DEFAULT_EDGES = "30|60|90|120|150|180"
CASTIGO, CASTIGO_NO = "castigo", 99
CURRENT, CURRENT_NO = "0", 0
CHARGED_OFF = frozenset({"CASTIGADA", "CASTIGADO", "CASTIGO"})


def edges_of(text: str) -> tuple[int, ...]:
    """The last day of each bucket from "30|60|90"; a ValueError where they do not rise."""
    edges = tuple(int(part) for part in text.split("|"))
    if edges[0] < 1 or any(later <= sooner for sooner, later in pairwise(edges)):
        raise ValueError(f"bucket edges must rise from 1 on: {text}")
    return edges


def labels_of(edges: Sequence[int]) -> tuple[str, ...]:
    """Bucket names by number: 0, 1-30, ... and the open last one, 181+."""
    starts = [1, *(edge + 1 for edge in edges)]
    closed = [f"{start}-{end}" for start, end in zip(starts, edges, strict=False)]
    return (CURRENT, *closed, f"{starts[-1]}+")


def bucket_of(dpd: int, edges: Sequence[int], status: str | None = None) -> tuple[str, int]:
    """Name and number of the bucket. Charged off is a status shown as a bucket: it wins over the days."""
    if status is not None and status.strip().upper() in CHARGED_OFF:
        return CASTIGO, CASTIGO_NO
    number = 0 if dpd <= 0 else 1 + sum(dpd > edge for edge in edges)
    return labels_of(edges)[number], number
