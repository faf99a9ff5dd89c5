"""Whether an HTTP request is Slack's, made just now and brought once. Works on bytes; knows no payload."""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from multidict import CIMultiDictProxy
from sqlalchemy import Engine, delete
from sqlalchemy.dialects import postgresql, sqlite

from bot.slack.faults import log
from db.engine import writing
from db.tables.house import inbox

STAMP_HEADER, SIGNATURE_HEADER = "X-Slack-Request-Timestamp", "X-Slack-Signature"
# Lower case only: were both taken, one signature could be written in many ways and pass as many times.
STAMP, SIGNATURE = re.compile("[0-9]{1,12}"), re.compile("v0=[0-9a-f]{64}")
WINDOW = 300  # seconds, before and after
# A request may be stamped WINDOW ahead of our clock: it stays fresh for twice that long.
KEPT = timedelta(seconds=2 * WINDOW)
SWEEP = timedelta(minutes=1)
PREFIX = "sig:"


class Refused(Exception):
    """A request that goes no further. `reason` is for our log; whoever sent it is told the status alone."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class Signed:
    """What the headers claim."""

    stamp: str
    signature: str


class Verifier:
    """`secrets`: Slack's signing secret, and the one before it while it is being changed."""

    def __init__(self, secrets: Sequence[str], clock: Callable[[], datetime]) -> None:
        if not secrets or not all(secrets):
            raise ValueError("an empty signing secret would let anybody sign")
        self._secrets = [each.encode() for each in secrets]
        self._clock = clock

    def claimed(self, headers: CIMultiDictProxy[str]) -> Signed:
        """Before the body is read: one fresh time stamp and one signature, both well formed."""
        stamp = _only(headers, STAMP_HEADER, STAMP)
        if abs(self._clock().timestamp() - int(stamp)) > WINDOW:
            raise Refused(401, "stale")
        return Signed(stamp, _only(headers, SIGNATURE_HEADER, SIGNATURE))

    def prove(self, signed: Signed, raw: bytes) -> None:
        """The bytes as they came: read and written again they would be others."""
        base = b"v0:" + signed.stamp.encode() + b":" + raw
        given = signed.signature.encode()
        # Every secret is tried, so that the time taken tells nothing.
        fits = [hmac.compare_digest(_signature(secret, base), given) for secret in self._secrets]
        if not any(fits):
            raise Refused(401, "forged")


def _only(headers: CIMultiDictProxy[str], name: str, shape: re.Pattern[str]) -> str:
    values = headers.getall(name, [])
    if not values:
        raise Refused(401, f"no {name}")
    if len(values) > 1 or not shape.fullmatch(values[0]):
        raise Refused(401, f"malformed {name}")
    return values[0]


def _signature(secret: bytes, base: bytes) -> bytes:
    return b"v0=" + hmac.new(secret, base, hashlib.sha256).hexdigest().encode()


class Seen(Protocol):
    def first(self, signature: str, now: datetime) -> bool: ...


class Replays:
    """The signatures taken already, in the database that all replicas share.

    What Slack delivers again is stamped and signed again: only a copy of a request is turned away.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._swept: datetime | None = None

    def first(self, signature: str, now: datetime) -> bool:
        """Whether nobody has brought this signature yet."""
        key = PREFIX + hashlib.sha256(signature.encode()).hexdigest()
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        row = insert(inbox).values(key=key, taken_at=now).on_conflict_do_nothing().returning(inbox.c.key)
        with writing(self._engine) as connection:
            if self._swept is None or now - self._swept >= SWEEP:
                old = inbox.c.key.startswith(PREFIX) & (inbox.c.taken_at < now - KEPT)
                connection.execute(delete(inbox).where(old))
                self._swept = now
            return connection.execute(row).first() is not None


@dataclass(frozen=True)
class Refusals:
    """Counts by reason. Anybody may send us rubbish: the log grows with the logarithm of it."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, refused: Refused) -> None:
        self.counts[refused.reason] += 1
        n = self.counts[refused.reason]
        if str(n).strip("0") == "1":
            log.warning("request refused: status=%s reason=%s count=%s", refused.status, refused.reason, n)
