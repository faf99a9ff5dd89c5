"""The queries behind a number, as text for whoever wants to check it. Never run from here."""

from sqlalchemy.dialects import postgresql

from skills.kpi.rows import Lines


def as_text(read: Lines) -> str:
    """One statement a measure, with its values in place; written for PostgreSQL whatever the engine is."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return ";\n\n".join(
        str(s.query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})) for s in read.read
    )
