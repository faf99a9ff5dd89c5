"""The two ways in keep their word on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError, StatementError

from db.engine import reading, writing
from db.tables.house import inbox

AT = datetime(2026, 11, 18, 16, 30, tzinfo=UTC)


def test_what_is_written_is_read_back_in_utc(engine: Engine) -> None:
    with writing(engine) as c:
        c.execute(inbox.insert().values(key="a", taken_at=AT))
    with reading(engine) as c:
        assert c.execute(select(inbox.c.taken_at)).scalar_one() == AT


def test_a_reader_cannot_write(engine: Engine) -> None:
    with pytest.raises(DBAPIError), reading(engine) as c:
        c.execute(inbox.insert().values(key="a", taken_at=AT))
    with writing(engine) as c:  # and the connection is whole again
        c.execute(inbox.insert().values(key="b", taken_at=AT))


def test_a_failure_leaves_nothing(engine: Engine) -> None:
    def fail_half_way() -> None:
        with writing(engine) as c:
            c.execute(inbox.insert().values(key="a", taken_at=AT))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with reading(engine) as c:
        assert c.execute(select(inbox)).first() is None


def test_a_naive_time_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="naive"), writing(engine) as c:
        c.execute(inbox.insert().values(key="a", taken_at=AT.replace(tzinfo=None)))
