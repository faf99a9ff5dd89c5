"""A small agency's names, with namesakes, near namesakes, and people called like months and states."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.understand import Reader, Reading
from db.access import Named, NameKind, Names
from db.metrics import load_catalogue

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=ZoneInfo("America/Mexico_City"))

_OTHERS: tuple[tuple[NameKind, str, str, tuple[str, ...]], ...] = (
    ("client", "BAL", "Banco Alameda", ()),
    ("client", "TSU", "Tienda Sur", ()),
    ("client", "FIN", "Financiera Pirul", ()),
    ("campaign", "C1", "Alameda Temprana", ()),
    ("campaign", "C2", "Alameda Tardía", ()),
    ("campaign", "C3", "Sur Preventiva", ()),
    ("campaign", "C4", "Pirul Castigo", ()),
    ("supervisor", "S1", "Rocío Salgado", ("Chío",)),
    ("supervisor", "S2", "Laura Beltrán", ()),
    ("supervisor", "S3", "Julio Paredes", ()),
)
_AGENTS = (
    *(
        "Ana Ruiz",
        "Pedro Gil",
        "Rosa Lara",
        "Luis Guerrero",
        "Karla Mendoza",
        "Carla Méndez",
        "Abril Domínguez",
    ),
    *("Omar Mora Díaz", "María José López", "Luis Ortega", "Ana Torres", "Jorge Ramírez", "Sofía Cano"),
)


def agency() -> Names:
    entries = [Named(kind, n, code, name, also) for n, (kind, code, name, also) in enumerate(_OTHERS, 1)]
    entries += [Named("agent", 100 + n, f"E{100 + n}", name) for n, name in enumerate(_AGENTS)]
    return Names(tuple(entries), ("Crédito de nómina", "Línea blanca", "Tarjeta clásica", "Tarjeta oro"))


@cache
def reader(**guards: Any) -> Reader:
    return Reader(load_catalogue(), agency(), **guards)


def read(text: str, **more: Any) -> Reading:
    return reader().read(text, now=NOW, **more)


def fields(text: str, **more: Any) -> dict[str, Any]:
    """The fields of what must be a question."""
    reading = read(text, **more)
    assert reading.outcome == "question", reading
    return dict(reading.fields or {})


def previous(**given: Any) -> dict[str, Any]:
    """The thread's last request."""
    plain: dict[str, Any] = {"dims": [], "filters": [], "period": None, "grain": None, "compare": None}
    return {"intent": "kpi", "fields": {**plain, "order": None, "limit": None, "chart": None, **given}}
