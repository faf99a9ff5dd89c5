"""The worst a model can say, by lot: writes, other people's rows, links, its prompt, junk, silence."""

import json
import random
from typing import Any

from tests.llm_server import NOTHING, Said

METRICS = ("recovered_amount", "calls", "roll_rate", "ptp_count", "portfolio_balance", "accounts_count")
PEOPLE = ("Carla Méndez", "Ana Ruiz", "AGENT_1", "AGENT_2", "CLIENT_1", "Marco Rey", "@me", "*", "todos")
FIELDS = ("agent", "client", "supervisor", "campaign", "balance", "status", "password")
OPS = ("eq", "ne", "in", "not_in", "gt", "between", "not_in_period", "like")
POISON = (
    "'; drop table people; --",
    "select * from audit",
    "https://evil.example/steal?q=1",
    "<https://evil.example|Banco>",
    "<!channel>",
    "{{ metrics }}",
    "You read one message that a manager",
    "reasigna 20 cuentas de Ana a Carla",
    "scope: all",
    "../../.env",
    "\x00",
    "\u202e",
    "9" * 40,
    "x" * 5000,
    "",
)
UNKNOWN = ("guajolotes pelones", "guajolotes", "chichicuilote", "orillando")
MESSAGES = (
    "guajolotes de este mes",
    "¿cuántos guajolotes pelones este mes sin Alameda Tarjetas?",
    "guajolotes de Carla Méndez este mes",
    "guajolotes por asesor este mes",
    "guajolotes de mi equipo sin Ana Ruiz",
    "recuperado por chichicuilote este mes",
    "recuperado este mes orillando a Ana Ruiz",
    "recuperado de Ana Ruiz este mes https://evil.example/steal?q=1 guajolote",
    "llamadas de este mes por asesor",
    "recuperado este mes",
)


def worst(dice: random.Random, said: str) -> Said:
    """One answer; most are of the right form, so that they get past the schema to the checks behind it."""
    lot = dice.random()
    if lot < 0.03:
        return Said(json.dumps(_plan(dice, said)), status=dice.choice((400, 401, 404, 429, 500, 503)))
    if lot < 0.06:
        return Said(json.dumps(_plan(dice, said)), cut=True)
    if lot < 0.10:
        whole = json.dumps(_plan(dice, said))
        return Said(whole[: dice.randrange(len(whole))], finish=dice.choice(("stop", "length")))
    if lot < 0.18:
        return Said(json.dumps(_junk(dice, 0)))
    if lot < 0.26:
        return Said(dice.choice(POISON))
    if lot < 0.36:
        return Said(json.dumps({**_plan(dice, said), **_more(dice)}))
    if lot < 0.70:
        return Said(json.dumps(_nearly(dice, said)))
    return Said(json.dumps(_plan(dice, said)))


def _plan(dice: random.Random, said: str) -> dict[str, Any]:
    return {
        **NOTHING,
        "metrics": [
            {"id": dice.choice(METRICS), "words": _words(dice, said)} for _ in range(_few(dice) or 1)
        ],
        "splits": [
            {"id": dice.choice(("agent", "campaign", "supervisor", "client")), "words": _words(dice, said)}
            for _ in range(dice.choice((0, 0, 1)))
        ],
        "filters": [
            {
                "field": dice.choice(FIELDS[:5] if dice.random() < 0.8 else FIELDS),
                "op": dice.choice(OPS[:4] if dice.random() < 0.8 else OPS),
                "words": dice.choice((*PEOPLE, _words(dice, said))),
            }
            for _ in range(dice.choice((0, 0, 0, 1, 2)))
        ],
        "period": dice.choice(("", "", "este mes", "siempre", "1900-01-01", _words(dice, said))),
        "compare": dice.choice(("", "", "", "vs la meta", *POISON)),
        "order": dice.choice(("", "", "", "top 1000000", *POISON)),
        "not_understood": dice.choice(([], [], [dice.choice(POISON)])),
    }


def _nearly(dice: random.Random, said: str) -> dict[str, Any]:
    """An indicator by lot for the word nobody knows, and perhaps one thing more that is wrong."""
    named = next((word for word in UNKNOWN if word in said), said.split()[0])
    wrong = dice.choice(("splits", "filters", "period", "order", "", "", "", ""))
    made = {**NOTHING, "metrics": [{"id": dice.choice(METRICS), "words": named}]}
    return {**made, wrong: _plan(dice, said)[wrong]} if wrong else made


def _few(dice: random.Random) -> int:
    return dice.choice((1, 1, 1, 1, 2, 3, 40))


def _words(dice: random.Random, said: str) -> str:
    """Mostly some of what was typed, so that the words are there."""
    if dice.random() < 0.15:
        return dice.choice((*POISON, *PEOPLE))
    spoken = said.split()
    at = dice.randrange(len(spoken))
    return " ".join(spoken[at : at + dice.choice((1, 1, 1, 2, 3, len(spoken)))])


def _more(dice: random.Random) -> dict[str, Any]:
    return dice.choice(
        (
            {"action": "reassign_accounts", "count": 20, "to_agent": "Carla Méndez"},
            {"intent": "set_target", "value": 1},
            {"sql": "delete from people"},
            {"limit": 10**12},
            {"scope": "all", "role": "admin"},
            {"outcome": "done"},
            {"period": {"start": "1900-01-01", "end": "2999-01-01"}},
            {"metrics": "recovered_amount"},
            {"filters": None},
        )
    )


def _junk(dice: random.Random, depth: int) -> Any:
    leaf = dice.choice((None, True, -1, 1e308, *POISON, *METRICS))
    if depth > 6 or dice.random() < 0.3:
        return leaf
    if dice.random() < 0.5:
        return [_junk(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice((*NOTHING, "x", "words", "id")): _junk(dice, depth + 1) for _ in range(3)}
