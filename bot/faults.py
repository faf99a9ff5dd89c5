"""What a failure leaves in the log: where it broke and what kind it was, never what it said.

An error's own text may quote a debtor, an account or somebody's question.
"""

import logging
import secrets
import traceback
from pathlib import Path

HOME = Path(__file__).parent.parent
SQLITE_BUSY = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
POSTGRES_BUSY = ("55P03", "57014", "40001", "40P01")  # no lock, timed out, serialization, deadlock
log = logging.getLogger("cartera")


def note_failure(error: BaseException, doing: str) -> str:
    """Logs it under a reference, which is all the user gets to see."""
    reference = secrets.token_hex(4).upper()
    log.error("%s failed: ref=%s error=%s at %s", doing, reference, kinds(error), " <- ".join(places(error)))
    return reference


def places(error: BaseException) -> list[str]:
    """Where it broke, innermost first: our own lines, and the one that raised."""
    frames = traceback.extract_tb(error.__traceback__)[::-1]
    ours = [f for f in frames[1:] if f.filename.startswith(f"{HOME}/") and "site-packages" not in f.filename]
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in (*frames[:1], *ours)]


def is_busy(error: BaseException) -> bool:
    """Whether the database only had no time: another process is writing, or a lock did not come free."""
    original = getattr(error, "orig", None)
    code = getattr(original, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF in SQLITE_BUSY
    return getattr(original, "sqlstate", None) in POSTGRES_BUSY


def kinds(error: BaseException) -> str:
    chain = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    if cause is not None:
        chain.append(type(cause).__name__)
    return " from ".join(chain)
