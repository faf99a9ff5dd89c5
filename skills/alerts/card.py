"""An alert as a card, and a watch in words. Knows no row of the database and no Slack."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from db.alerts import Ticket
from db.metrics import Catalogue
from db.periods import Period
from skills import text
from skills.alerts.spec import WatchSpec
from skills.contract import (
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Language,
    Option,
    Part,
    Table,
    Text,
    Unit,
    Value,
)

OPEN, SNOOZE_HOURS = "firing", 4
ATTEND = "attend_alert"


@dataclass(frozen=True)
class Words:
    """One reader's words. `now` is in the agency's zone."""

    say: Callable[..., str]
    language: Language
    metrics: Catalogue
    now: datetime

    # --- a watch in words ---
    def watch(self, spec: WatchSpec, subject: str = "") -> str:
        """ "Roll rate mayor que 18 % · cliente: Banco Alameda" """
        of = [self._condition(each.field, each.op, each.value) for each in spec.filters]
        if subject:
            of.append(subject)
        elif spec.split is not None:
            of.append(self.say("alerts.each", owner=self.say(f"kpi.dim.{spec.split}")))
        return " · ".join([self._what(spec), *of])

    def of(self, ticket: Ticket) -> str:
        return self.watch(WatchSpec.model_validate(ticket.watch.spec), ticket.subject)

    def _what(self, spec: WatchSpec) -> str:
        if spec.kind == "anomaly":
            return self.say("alerts.what.anomaly", n=int(spec.threshold))
        if spec.kind == "data":
            return self.say("alerts.what.data", source=self.say(f"alerts.source.{spec.source}"))
        if spec.kind in ("pace", "close"):
            return self.say(f"alerts.what.{spec.kind}", bound=self.bound(spec))
        return self._condition(spec.watched, spec.op, spec.threshold)

    def _condition(self, field: str, op: str, given: Any) -> str:
        metric = self.metrics.metrics.get(field)
        called = metric.label.in_(self.language) if metric else self.say(f"kpi.dim.{field}")
        values = given if isinstance(given, tuple) else (given,)
        told = [self._given(field, each) if metric else str(each) for each in values]
        return self.say(f"kpi.op.{op}", field=called, value=", ".join(told))

    def _given(self, field: str, amount: Any) -> str:
        return text.number(Value(Decimal(str(amount)), self.metrics.metrics[field].unit), self.language)

    def unit(self, spec: WatchSpec) -> Unit:
        if spec.kind in ("anomaly", "data"):
            return "count"
        return "rate" if spec.kind in ("pace", "close") else self.metrics.metrics[spec.watched].unit

    def bound(self, spec: WatchSpec) -> str:
        return text.number(Value(spec.threshold, self.unit(spec)), self.language)

    # --- moments ---
    def moment(self, at: datetime) -> str:
        local = at.astimezone(self.now.tzinfo)
        if local.date() == self.now.date():
            return f"{local:%H:%M}"
        return f"{text.day(local.date(), self.language, self.now.date())} {local:%H:%M}"

    def at(self, at: datetime) -> str:
        """The same within a sentence: "hoy a las 06:00"."""
        local = at.astimezone(self.now.tzinfo)
        if local.date() == self.now.date():
            return self.say("alerts.at", time=f"{local:%H:%M}")
        day = text.day(local.date(), self.language, self.now.date())
        return self.say("alerts.on_at", day=day, time=f"{local:%H:%M}")

    # --- the card ---
    def card(self, ticket: Ticket, names: Mapping[int, str]) -> Answer:
        """What is the matter, since when, who attends to it, and what can be done."""
        spec = WatchSpec.model_validate(ticket.watch.spec)
        state = self.state(ticket)
        title = self.say("alerts.title", n=ticket.id, state=self.say(f"alerts.state.{state}"))
        parts: list[Part] = [Text(f"{self.watch(spec, ticket.subject)}")]
        parts += self._seen(spec, ticket)
        parts += [Text(line, "note") for line in self._lines(spec, ticket, names)]
        row = {"alert": ticket.id, "state": state, "subject": ticket.subject}
        return Answer(title, "", tuple(parts), (row,), next=tuple(self._buttons(spec, ticket)))

    def state(self, ticket: Ticket) -> str:
        if ticket.state != OPEN:
            return ticket.state
        if ticket.snoozed_until is not None:
            return "snoozed"
        return "acknowledged" if ticket.acked_by is not None else OPEN

    def _seen(self, spec: WatchSpec, ticket: Ticket) -> Iterator[Part]:
        held = ticket.reading
        if spec.kind == "anomaly":
            yield from self._odd(held)
        elif spec.kind == "data":
            last = text.day(date.fromisoformat(held["last"]), self.language, self.now.date())
            yield Text(self.say("alerts.late", n=held["late"], last=last), "warning")
        else:
            yield Figures((self._figure(spec, held["row"]),))
            yield from self._of_close(held["row"])
            yield from self._causes(held)

    def _figure(self, spec: WatchSpec, row: Mapping[str, Any]) -> Figure:
        def value(name: str) -> Value | None:
            return Value(Decimal(row[name]), self.unit(spec)) if name in row else None

        if spec.kind == "close":
            reached = Decimal(row["close"]) / Decimal(row["month_target"])
            label = self.say("alerts.close")
            return Figure(label, Value(reached, "rate"), target=Value(spec.threshold, "rate"), good=False)
        now = value("value") or Value(None, self.unit(spec))
        label = self.metrics.label(spec.watched, self.language)
        limit = self.say("alerts.limit", bound=self.bound(spec))
        return Figure(label, now, value("previous"), self.say("alerts.before"), detail=limit)

    def _causes(self, held: Mapping[str, Any]) -> Iterator[Part]:
        """What moved it most, against the period before."""
        if (why := held.get("causes")) is None:
            return
        unit = self.metrics.metrics[why["metric"]].unit
        ends = ("before", "now")
        causes = [
            self.say("alerts.cause", name=row["name"], **{end: self._amount(row[end], unit) for end in ends})
            for row in why["rows"]
        ]
        against = text.period(Period(**why["against"]), self.language, self.now.date())
        slots = {"dim": self.say(f"kpi.dim.{why['dim']}"), "period": against, "causes": "; ".join(causes)}
        yield Text(self.say("alerts.causes", **slots))

    def _amount(self, amount: str, unit: Unit) -> str:
        return text.number(Value(Decimal(amount), unit), self.language)

    def _of_close(self, row: Mapping[str, Any]) -> Iterator[Part]:
        """What is missing of the month's target, and what each business day left would have to bring."""
        if {"gap", "daily_pace"} <= set(row):
            told = [
                text.number(Value(Decimal(row[n]), "money"), self.language) for n in ("gap", "daily_pace")
            ]
            yield Text(self.say("alerts.gap", gap=told[0], pace=told[1]))

    def _odd(self, held: Mapping[str, Any]) -> Iterator[Part]:
        rows: list[tuple[Cell, ...]] = []
        for row in held["rows"]:
            unit = self.metrics.metrics[row["metric"]].unit
            label = self.metrics.label(row["metric"], self.language)
            where = row.get("campaign") or row.get("supervisor") or self.say("odd.whole")
            numbers = (Value(Decimal(str(row[name])), unit) for name in ("value", "usual"))
            rows.append((label, where, *numbers))
        heads = tuple(self.say(f"odd.column.{name}") for name in ("metric", "where", "value", "usual"))
        if rows:
            yield Table("", heads, tuple(rows))
        if held["of"] > len(rows):
            yield Text(self.say("alerts.more", n=held["of"] - len(rows)), "note")

    def _lines(self, spec: WatchSpec, ticket: Ticket, names: Mapping[int, str]) -> Iterator[str]:
        say = self.say
        yield say("alerts.since", at=self.moment(ticket.opened_at))
        if ticket.state == "recovered" and ticket.closed_at is not None:
            yield say("alerts.recovered_at", at=self.moment(ticket.closed_at))
        if ticket.state == "resolved":
            yield self._resolved(ticket, names)
        if ticket.assigned_to is not None:
            yield say("alerts.assigned", who=names.get(ticket.assigned_to, ""))
        if ticket.state == OPEN:
            yield from self._attended(ticket, names)
        if as_of := ticket.reading.get("as_of"):
            known = sorted({date.fromisoformat(day) for day in as_of.values()})
            days = [text.day(day, self.language, self.now.date()) for day in known]
            yield say("alerts.as_of", days=", ".join(days))
        if spec.slips > 1:
            yield say("alerts.after", n=spec.slips)
        if ticket.useful is not None:
            yield say("alerts.voted_useful" if ticket.useful else "alerts.voted_useless")

    def _resolved(self, ticket: Ticket, names: Mapping[int, str]) -> str:
        if ticket.resolved_by is None:
            return self.say("alerts.ended")
        said = self.say("alerts.resolved_by", who=names.get(ticket.resolved_by, ""))
        return f"{said} {ticket.note}" if ticket.note else said

    def _attended(self, ticket: Ticket, names: Mapping[int, str]) -> Iterator[str]:
        say = self.say
        if ticket.snoozed_until is not None:
            who = names.get(ticket.snoozed_by or 0, "")
            yield say("alerts.snoozed", who=who, at=self.at(ticket.snoozed_until))
        elif ticket.acked_by is not None and ticket.acked_until is not None:
            who = names.get(ticket.acked_by, "")
            yield say("alerts.acked", who=who, at=self.at(ticket.acked_until))
        else:
            yield say("alerts.nobody_yet")
        if ticket.escalated_at is not None:
            yield say("alerts.escalated", at=self.moment(ticket.escalated_at))

    # --- what can be done ---
    def _buttons(self, spec: WatchSpec, ticket: Ticket) -> Iterator[Option]:
        if ticket.state == OPEN:
            if ticket.snoozed_until is not None:
                yield self._attend(ticket, "wake")
            else:
                if ticket.acked_by is None:
                    yield self._attend(ticket, "acknowledge")
                yield self._attend(ticket, "snooze", hours=SNOOZE_HOURS)
            yield self._attend(ticket, "resolve")
        yield from self._behind(spec, ticket)
        if ticket.useful is None:
            yield self._attend(ticket, "useful")
            yield self._attend(ticket, "useless")

    def _behind(self, spec: WatchSpec, ticket: Ticket) -> Iterator[Option]:
        held = ticket.reading
        if spec.kind == "anomaly":
            yield Option(self.say("alerts.button.number"), "anomalies", held["anomalies"])
        elif spec.kind != "data":
            yield Option(self.say("alerts.button.number"), "kpi", held["asked"])
            if spec.kind != "close":
                metric = "recovered_amount" if spec.kind == "pace" else spec.watched
                yield Option(self.say("alerts.button.why"), "why", {**held["asked"], "metric": metric})

    def _attend(self, ticket: Ticket, do: str, **more: Any) -> Option:
        label = self.say(f"alerts.button.{do}", hours=SNOOZE_HOURS)
        return Option(label, ATTEND, {"alert": ticket.id, "do": do, **more})


def words_of(ctx: Context) -> Words:
    return Words(ctx.say, ctx.actor.language, ctx.metrics, ctx.now)
