"""Everybody asks about planted debtors everywhere, and all that would leave is gathered: the real desk, the
real renderer, the body of each row of the outbox, windows, names of files.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.app import App
from bot.outbox import Parcel
from bot.outcome import Outcome, Place, Who
from bot.slack.forms.account import card_view
from bot.slack.render import Renderer
from tests.masking_planted import Planted
from tests.small import ANA, BETO, CARLA, CARO, CLIENTE, GLORIA, LAURA, MARCO, NOW

DM = Place("dm", "D1")
ROOM = Place("channel", "C1", "piso", open=True)
PLACES = (DM, ROOM, Place("slash", "C1"), Place("modal", "U1"))
PEOPLE = (ANA, BETO, CARLA, LAURA, MARCO, GLORIA, CARO, CLIENTE)
TEAM = {ANA: LAURA, BETO: LAURA, CARLA: MARCO}
EVERY_ACCOUNT = (GLORIA, CARO)
WHY = "Verificar identidad"


def reach(person: int, some: list[Planted]) -> set[str]:
    """Whose accounts she may see: hers, her team's, all; reckoned from how they were planted."""
    if person in EVERY_ACCOUNT:
        return {each.number.casefold() for each in some}
    return {each.number.casefold() for each in some if person in (each.agent, TEAM[each.agent])}


@dataclass
class Floor:
    app: App
    asked: int = 0

    def __post_init__(self) -> None:
        self.renderer = Renderer(self.app.texts, lambda: NOW.date())

    def run(self, intent: str, fields: dict[str, Any], person: int, place: Place = DM) -> Outcome:
        self.asked += 1
        who = Who("slack", f"U{person}")
        return self.app.desk.run(intent, fields, who=who, place=place, thread="t", now=NOW)

    def say(self, text: str, person: int, place: Place = DM) -> Outcome:
        self.asked += 1
        who = Who("slack", f"U{person}")
        return self.app.desk.ask(text, who=who, place=place, thread="t", now=NOW)

    # --- what is asked ---
    def about(self, each: Planted, person: int, place: Place) -> Iterator[tuple[str, Outcome]]:
        """All that can be asked of one account, and orders on it that are not confirmed."""
        one = {"account": each.number}
        by_it = {"filters": [{"field": "account", "op": "eq", "value": each.number}]}
        for intent in ("account", "agreement", "may_contact", "letter", "record_agreement"):
            yield intent, self.run(intent, dict(one), person, place)
        for intent in ("accounts", "promises", "payments", "agreements"):
            yield intent, self.run(intent, dict(by_it), person, place)
        yield "unmask without a reason", self.run("unmask", dict(one), person, place)
        note = {**one, "text": f"Nuevo celular {each.phone}, RFC {each.rfc}, correo {each.mail}"}
        yield "note", self.run("add_note", note, person, place)
        for typed in (each.rfc, each.curp, each.phone, each.clabe, each.card):
            yield "typed", self.say(f"saldo de {typed}", person, place)

    def lists(self, person: int, place: Place) -> Iterator[tuple[str, Outcome]]:
        for intent in ("accounts", "promises", "payments", "agreements"):
            yield intent, self.run(intent, {}, person, place)

    def reports(self, person: int, place: Place) -> Iterator[tuple[str, Outcome]]:
        for intent in ("breaches", "scorecard", "weekly", "audit_log", "pack", "executive", "complaints"):
            yield intent, self.run(intent, {}, person, place)
        for dim in ("agent", "bucket", "client"):
            asked = {"metric": "calls", "dims": [dim]}
            yield f"kpi {dim}", self.run("kpi", asked, person, place)

    # --- what leaves ---
    def leaving(self, outcome: Outcome, channel: str) -> Iterator[str]:
        """The row of the outbox, whatever kind it is posted to; the window; files; what a terminal prints."""
        for each in (outcome, *(notice.outcome for notice in outcome.notices)):
            drawn = self.renderer.outcome(each, asker="U1")
            yield self.row(drawn.text, drawn.blocks, channel, drawn.clear)
        yield json.dumps(_texts(card_view(outcome, self.app.texts)), ensure_ascii=False)
        yield outcome.text
        if outcome.answer is not None:
            yield from (f"{file.name} {file.title}" for file in outcome.answer.files)

    def row(self, text: str, blocks: list[Any], channel: str, clear: frozenset[str]) -> str:
        parcel = Parcel("k", "post", "T1", channel, {"text": text, "blocks": blocks}, clear=clear)
        return json.dumps(_texts(parcel.netted.body), ensure_ascii=False)


def _texts(part: Any) -> Any:
    """What is read; a button's request is a machine's."""
    if isinstance(part, dict):
        return {
            name: _texts(each) for name, each in part.items() if name not in ("value", "private_metadata")
        }
    return [_texts(each) for each in part] if isinstance(part, list) else part
