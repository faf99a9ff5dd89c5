"""Reads one message: what is settled before it, then the question, then what nobody could explain.

Deterministic, no network, no model. A question or an action never leaves a content word unread.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.understand.asides import without_asides
from bot.understand.awaiting import read_awaiting
from bot.understand.before import Before, unconfirmed
from bot.understand.compose import (
    USUAL,
    compare_of,
    compose,
    grain_for,
    period_of,
    unclear_compare,
    unread,
)
from bot.understand.courtesy import without_courtesy
from bot.understand.deeds.when import NO_SUCH_DAY
from bot.understand.direction import direction
from bot.understand.draft import Draft, Problem
from bot.understand.follow import is_follow_up, merged, previous_request, resolved_order
from bot.understand.lexicon import load_lexicon
from bot.understand.names import NameIndex
from bot.understand.normalise import Typed, fold, normalise
from bot.understand.period_words import words
from bot.understand.recognition import read_recognition
from bot.understand.recurring import read_recurring
from bot.understand.result import Reading, wire
from bot.understand.tag import tag
from bot.understand.undelivered import read_undelivered
from bot.understand.unusual import unusual_asked
from db.access import KINDS, Names
from db.metrics import Catalogue
from skills.contract import KpiRequest, Option

AGENCY_ZONE = ZoneInfo("America/Mexico_City")
MAX_CHARS = 2_000
MAX_WORDS = 120  # nobody asks for a number in so many; what they paste is asked back


class Reader:
    """Built once from the catalogue and the agency's names; reading changes nothing in it.

    `residue`, `ask_near_names`, `typos` and `polarity` switch a guard off, to show what it prevents.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        names: Names,
        *,
        zone: ZoneInfo = AGENCY_ZONE,
        residue: bool = True,
        ask_near_names: bool = True,
        typos: bool = True,
        polarity: bool = True,
    ) -> None:
        self.catalogue = catalogue
        self.lexicon = load_lexicon(catalogue, products=names.products)
        if not polarity:
            self.lexicon = replace(self.lexicon, better=dict.fromkeys(self.lexicon.better, "up"))
        self.names = NameIndex(names)
        self._before = Before(self.names, self.lexicon, residue=residue)
        self._zone = zone
        self._residue = residue
        self._typos = typos
        self._ask_near = ask_near_names

    def read(
        self,
        text: str,
        *,
        now: datetime,
        previous: Mapping[str, Any] | None = None,
        pending: Mapping[str, Any] | None = None,
    ) -> Reading:
        """Never raises, whatever is typed. `previous`: the thread's last request; `pending`: a proposal."""
        today = now.astimezone(self._zone).date() if now.tzinfo else now.date()
        if len(text) > MAX_CHARS:
            return Reading("clarify", about="unknown_term", unread=(text[:40],))
        text = without_asides(without_courtesy(text))
        typed = normalise(text)
        if not typed.folded.strip() or not any(t.kind != "sign" for t in typed.tokens):
            return Reading(
                "clarify", about="metric", candidates=USUAL, choices=self._metric_choices(USUAL, {})
            )
        if len(typed.tokens) > MAX_WORDS:
            if verdict := self._before.guards.refusal(typed.folded):
                return Reading("refuse", about=verdict.about)
            return Reading("clarify", about="unknown_term")
        local = now.astimezone(self._zone) if now.tzinfo else now.replace(tzinfo=self._zone)
        settled = read_undelivered(typed) or read_awaiting(typed) or read_recognition(typed)
        settled = settled or self._before.read(typed, local, pending)
        settled = settled or self._before.again(typed, local, previous)
        found = settled or self._chatted(typed, self._question(text, typed, today, previous), pending)
        again = read_recurring(typed, found, previous, partial(self.read, now=now))
        return _with_its_reason(again or found, typed)

    def _chatted(self, typed: Typed, reading: Reading, pending: Mapping[str, Any] | None) -> Reading:
        """ "oigan, ¿alguien sabe dónde quedó mi taza?" is said to the others; "todas", to a proposal."""
        asked = (reading.fields or {}).get("metric") or (reading.about == "metric" and not pending)
        answered = reading.outcome == "question" or asked or self._before.guards.off_topic(typed.folded)
        if answered:
            return reading
        if pending and reading.outcome == "clarify":
            return unconfirmed(pending)
        return Reading("smalltalk") if self._before.guards.chatter(typed.folded) else reading

    # --- The question --------------------------------------------------------------------------------

    def _question(self, text: str, typed: Typed, today: date, previous: Mapping[str, Any] | None) -> Reading:
        tagged = tag(text, self.lexicon, self.names, today, guarded=self._typos)
        before = previous_request(previous)
        draft, renamed = compose(
            tagged, self.lexicon, self.names, in_thread=before is not None, pick_near=not self._ask_near
        )
        if (odd := unusual_asked(draft, self.lexicon, today)) is not None:
            return odd
        repairs = (*tagged.repairs, *renamed)
        follows = is_follow_up(draft, tagged.typed.folded, before)
        intent = self._intent(draft)
        request = (
            merged(draft, before, self.lexicon, today) if follows and before else self._fresh(draft, today)
        )
        request = self._by_origin(request) if request else None
        fields = wire(request) if request else self._partial(draft, today)
        left = unread(draft)
        if left and self._residue:
            return self._unexplained(typed, draft, fields, left, repairs, follows=follows)
        problem = self._problem(draft, request, follows=follows)
        if problem is not None:
            return self._asked_back(problem, fields, intent, repairs)
        if request is None:
            return self._asked_back(self._which_metric(), fields, intent, repairs)
        moved = direction(typed.folded) if intent == "why" else None
        return Reading("question", intent, fields, repairs=repairs, moved=moved)

    def _intent(self, draft: Draft) -> str:
        why = [item for _, item in draft.each("why")]
        for item in why:
            item.used = True
        if why or _either_way(draft):
            for _, item in draft.each("unknown", "ne", "verb"):  # "drop" also leaves something out
                if fold(item.raw) in _MOVES:
                    item.used = True
        return "why" if why else "kpi"

    def _fresh(self, draft: Draft, today: date) -> KpiRequest | None:
        if not draft.metrics:
            if draft.variant is None or not any(_NAMES_ONE.search(fold(i.raw)) for i in draft.items):
                return None  # "en pesos" alone: of what?
            draft.metrics = ["portfolio_balance" if draft.variant == "balance" else "accounts_count"]
            draft.variant = None
        metrics = draft.metrics
        period = period_of(draft, metrics, self.lexicon, today)
        grain = draft.grain or (grain_for(period) if draft.trend or self._plain_chart(draft) else None)
        chart = (
            ("bar" if draft.chart == "bar" else "line")
            if grain
            else ("bar" if draft.chart == "any" else draft.chart)
        )
        order = resolved_order(draft, metrics, self.lexicon)
        return KpiRequest(
            metric=metrics[0] if len(metrics) == 1 else tuple(metrics),
            dims=tuple(draft.dims),
            filters=tuple(draft.filters),
            period=period,
            grain=grain,  # type: ignore[arg-type]
            compare=compare_of(draft, period, today),
            order=order,  # type: ignore[arg-type]
            limit=draft.limit,
            chart=chart,  # type: ignore[arg-type]
            variant=self.catalogue.taking(draft.variant, metrics),
        )

    def _plain_chart(self, draft: Draft) -> bool:
        return draft.chart in ("any", "line") and not draft.dims

    def _by_origin(self, request: KpiRequest) -> KpiRequest:
        """A migration "por bucket" splits by the bucket left; "cuentas con saldo > N" bounds each of them."""
        metrics = [request.metric] if isinstance(request.metric, str) else list(request.metric)
        migration = all(
            m in self.catalogue.metrics and self.catalogue.metrics[m].kind == "migration" for m in metrics
        )
        accounts = metrics == ["accounts_count"] or (metrics == ["portfolio_balance"] and not request.dims)
        renamed: dict[str, str] = {"portfolio_balance": "balance"} if accounts else {}
        if migration and "bucket" in request.dims:
            renamed["bucket"] = "bucket_from"
        dims = tuple(dict.fromkeys(renamed.get(d, d) for d in request.dims))
        known = self.catalogue.metrics
        if all(m in known and (known[m].base_dim,) == dims for m in metrics):
            dims = ()  # "aging por bucket" is the aging
        filters = tuple(
            f.model_copy(update={"field": renamed.get(f.field, f.field)}) for f in request.filters
        )
        return request.model_copy(update={"dims": dims, "filters": filters})

    def _partial(self, draft: Draft, today: date) -> dict[str, Any]:
        """What was understood of a question that lacks its metric."""
        period = period_of(draft, [], self.lexicon, today)
        return {
            "dims": list(draft.dims),
            "filters": [f.model_dump(mode="json") for f in draft.filters],
            "period": period.model_dump(mode="json") if period else None,
        }

    # --- Asking back ---------------------------------------------------------------------------------

    def _problem(self, draft: Draft, request: KpiRequest | None, *, follows: bool) -> Problem | None:
        if problem := unclear_compare(draft):
            draft.problems.append(problem)
        if draft.problems:
            return min(draft.problems, key=_urgency)
        if request is not None and (request.limit or draft.rank) and not request.dims:
            options = tuple((d, {"dims": [d]}) for d in ("agent", "supervisor", "campaign"))
            return Problem("slot:dims", tuple(d for d, _ in options), options)
        if request is not None and self._bounds_a_total(request):
            options = tuple((d, {"dims": [d]}) for d in ("agent", "supervisor", "campaign"))
            return Problem("slot:dims", tuple(d for d, _ in options), options)
        if follows and request is not None and not _says_anything(draft):
            return Problem("metric", USUAL, tuple((m, {"metric": m}) for m in USUAL))
        return None

    def _bounds_a_total(self, request: KpiRequest) -> bool:
        """ "llegaron a la meta": who? A bound on a metric needs rows to keep or drop."""
        bounded = any(f.field in self.catalogue.metrics for f in request.filters)
        return bounded and not request.dims and not request.grain

    def _which_metric(self) -> Problem:
        return Problem("metric", USUAL, tuple((m, {"metric": m}) for m in USUAL))

    def _asked_back(
        self, problem: Problem, fields: Mapping[str, Any], intent: str, repairs: tuple[tuple[str, str], ...]
    ) -> Reading:
        choices = tuple(
            o for o in (self._choice(label, patch, fields) for label, patch in problem.options) if o
        )
        return Reading("clarify", intent, fields, problem.about, problem.candidates, (), repairs, choices)

    def _metric_choices(self, metrics: tuple[str, ...], fields: Mapping[str, Any]) -> tuple[Option, ...]:
        return tuple(o for o in (self._choice(m, {"metric": m}, fields) for m in metrics) if o)

    def _choice(self, label: str, patch: Mapping[str, Any], fields: Mapping[str, Any]) -> Option | None:
        """A button with the whole request; none where the request would still lack its metric."""
        whole = {**fields, **{k: v for k, v in patch.items() if k != "filters+"}}
        if "filters+" in patch:
            whole["filters"] = [*whole.get("filters", []), patch["filters+"]]
        if not whole.get("metric"):
            return None
        if label in self.catalogue.ids:
            label = self.catalogue.label(label, "es")
        request = previous_request({"intent": "kpi", "fields": whole})
        return Option(label, "kpi", wire(request)) if request else None

    def _unexplained(
        self,
        typed: Typed,
        draft: Draft,
        fields: Mapping[str, Any],
        left: tuple[str, ...],
        repairs: tuple[tuple[str, str], ...],
        *,
        follows: bool,
    ) -> Reading:
        """Words nobody explains: off the subject where nothing else was understood, asked back otherwise."""
        anchors = draft.metrics or draft.dims or draft.filters or draft.problems or draft.thresholds
        if self._before.guards.off_topic(typed.folded):
            return Reading("refuse", about="out_of_scope", unread=left)
        alone = not anchors and not follows and not draft.has_period
        if alone and self._before.guards.courteous(typed.folded):
            return Reading("smalltalk")
        if alone and len(left) >= 2 and not _OURS.search(typed.folded):
            return Reading("refuse", about="out_of_scope", unread=left)
        entity = next((p for p in draft.problems if p.about.startswith("entity:")), None)
        if not draft.metrics and _only_a_bound(draft):
            return self._asked_back(self._which_metric(), fields, "kpi", repairs)
        about = entity.about if entity else (_lacks_its_name(draft) or "unknown_term")
        candidates = entity.candidates if entity else ()
        return Reading("clarify", "kpi", fields, about, candidates, left, repairs)


_NAMES_ONE = re.compile(r"saldo|balance|cuenta|account|cartera|portfolio")
# Whatever else is said with one of these, it is of the floor's work.
_OURS = re.compile(
    r"\d{4,}|\b(?:cuentas?|ctas?|convenios?|promesas?|titular(?:es)?|deudor(?:es|a|as)?|cobranza|accounts?|debtors?|recordatorios?|reminders?)\b"
)
_DAYS = ("period", "slot:date", "slot:first_date", "slot:due")


def _with_its_reason(reading: Reading, typed: Typed) -> Reading:
    """ "el 31 de noviembre" is asked back because there is none."""
    absent = NO_SUCH_DAY.search(typed.folded) if reading.about in _DAYS else None
    if reading.outcome != "clarify" or absent is None or reading.because:
        return reading
    start, end = typed.origin[absent.start()], typed.origin[absent.end() - 1] + 1
    return replace(reading, because=(("no_such_day", typed.raw[start:end]),))


_MOVES = frozenset(
    words(
        "subio bajo subieron bajaron cayo cayeron crecio aumento disminuyo mejoro empeoro sube baja cae "
        "crece empeora mejora tan alto subiendo bajando cayendo cambio went up down drop dropped fall fell "
        "rise rose increase increased decrease decreased change changed improve improved worsen worsened go "
        "low high falling rising dropping get got worse aumenta aumentan aumentaron aumentando "
        "disminuye disminuyen disminuyeron disminuyendo incremento incrementa incrementaron redujo redujeron "
        "reduce mejoraron mejoran empeoraron empeoran crecieron crecen"
    )
)


def _either_way(draft: Draft) -> bool:
    """ "¿subió o bajó contra octubre?": the comparison answers it."""
    moves = [n for n, item in draft.each("unknown") if fold(item.raw) in _MOVES]
    return draft.compare_to is not None and len(moves) == 2 and moves[1] - moves[0] == 2


_ORDER_OF_ASKING = ("entity:", "metric", "unknown_term", "period", "slot:", "confirm_reading")


def _urgency(problem: Problem) -> int:
    return next((n for n, about in enumerate(_ORDER_OF_ASKING) if problem.about.startswith(about)), 9)


def _only_a_bound(draft: Draft) -> bool:
    """ "agentes con más de 85 %": of what?"""
    left = {i.kind for i in draft.items if not i.used and i.kind not in ("stop", "comma")}
    return left == {"cmp", "number"}


def _lacks_its_name(draft: Draft) -> str | None:
    """ "Banco Norte", "agente Zutano": a name nobody has, after the word that says of what."""
    for at, item in draft.each("unknown"):
        lead = draft.items[at - 1] if at else None
        named = lead is not None and lead.kind == "dim" and lead.value in KINDS and not lead.plural
        if named and lead is not None and item.raw[:1].isalpha():
            return f"entity:{lead.value}"
    return None


def _says_anything(draft: Draft) -> bool:
    """A follow-up has to change something: "y entonces?" does not."""
    parts = (
        draft.metrics,
        draft.dims,
        draft.filters,
        draft.period,
        draft.compare_to,
        draft.grain,
        draft.trend,
    )
    stepped = any(i.kind == "previous" and i.used for i in draft.items)
    more = (draft.beside, stepped, draft.order, draft.rank, draft.limit, draft.chart, draft.variant)
    flags = draft.flags & {"everyone", "clear", "unsplit", "uncompare", "unlimit", "reverse"}
    why = any(i.kind == "why" for i in draft.items)
    return any(parts) or any(more) or bool(flags) or why
