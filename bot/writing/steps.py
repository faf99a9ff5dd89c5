"""The steps of an action, each authorised and worked out anew: proposed, confirmed, approved, undone.

Knows no action's meaning: a skill previews and applies. Runs in the transaction of the record.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from pydantic import ValidationError

from bot.outcome import Notice, Outcome
from bot.private import kept_fields, private_words
from bot.sections import Approval, Writes
from bot.turn import Turn
from bot.writing.undoes import LAST, OF_KIND
from bot.writing.whose import in_her_name
from db import proposals
from db.access import find_staff
from db.audit import Effect, concerned_by, last_row, proposal_of
from db.proposals import DISCARDED, DONE, EXPIRED, OPEN, REJECTED, UNDONE, WAITING, Proposal
from skills.contract import APPROVED_BY, Action, Actor, Context, Option, Preview, Refused
from skills.text import Texts

STEPS = ("confirm", "discard", "approve", "reject", "undo")
MOST_ASKED = 5  # people who are shown what waits for approval


@dataclass(frozen=True)
class Lent:
    """What the desk lends: how somebody else is identified, and what a handler gets."""

    actor: Callable[[Turn, int], Actor | None]
    context: Callable[[Turn, Actor], Context]


class Writing:
    def __init__(self, actions: Mapping[str, Action], settings: Writes, texts: Texts, lent: Lent) -> None:
        self.actions = actions
        self._settings, self._texts, self._lent = settings, texts, lent

    # --- Proposed --------------------------------------------------------------------------------

    def propose(self, turn: Turn, intent: str, fields: Mapping[str, Any]) -> Outcome:
        """What it would do, to be confirmed; nothing is written but the proposal."""
        fields = in_her_name(fields, turn.actor.person_id, turn.names)
        preview = self._preview(turn, turn.actor, intent, fields)
        until = turn.now + timedelta(minutes=self._settings.minutes)
        asked = Proposal(
            token=proposals.new_token(),
            intent=intent,
            fields=kept_fields(self.actions[intent], fields),
            person_id=turn.actor.person_id,
            place=turn.call.place.id,
            thread=turn.call.thread,
            state=OPEN,
            plan=preview.plan,
            size=preview.size,
            made_at=turn.now,
            expires_at=until,
        )
        return replace(self._shown(turn, asked, preview), proposal=asked)

    def _preview(self, turn: Turn, actor: Actor, intent: str, fields: Mapping[str, Any]) -> Preview:
        action = self._allowed(actor, intent)
        turn.call.private.extend(private_words(action, fields))
        try:
            asked = action.request.model_validate(fields)
        except ValidationError:
            raise Refused("desk.bad_request", about="bad_request") from None
        return action.preview(self._lent.context(turn, actor), asked)

    def _allowed(self, actor: Actor, intent: str) -> Action:
        action = self.actions.get(intent)
        if action is None:
            raise Refused("desk.unknown_intent", about="not_built")
        if actor.role not in action.roles or not actor.person_id:
            raise Refused("writing.role_denied", about="role", denied=True)
        return action

    def _shown(self, turn: Turn, asked: Proposal, preview: Preview, said: str = "") -> Outcome:
        needs = self._needs(asked.intent, preview)
        key = "writing.will_be_approved" if needs else "writing.until"
        until = f"{asked.expires_at.astimezone(turn.now.tzinfo):%H:%M}"
        message = " ".join(filter(None, (said, self._say(turn, key, until=until))))
        buttons = self._buttons(turn, asked.token, "confirm", "discard")
        request = {asked.intent: dict(asked.fields)}
        return Outcome(
            "preview", turn.language, request, preview.shown, message, choices=buttons, card=asked.token
        )

    def _needs(self, intent: str, preview: Preview) -> Approval | None:
        """Who has to agree, where it is more than one person may do alone."""
        limit = self._limit(intent, preview.plan)
        within = limit is None or (preview.size <= limit.accounts and preview.amount <= limit.amount)
        return None if within and not preview.plan.get(APPROVED_BY) else limit

    def _limit(self, intent: str, plan: Mapping[str, Any]) -> Approval | None:
        """What the skill itself demands for this plan, else what config.yaml says of the action."""
        if demanded := plan.get(APPROVED_BY):
            return Approval(accounts=0, amount=Decimal(0), by=tuple(demanded))
        return self._settings.approvals.get(intent)

    def at_once(self, turn: Turn, intent: str, fields: Mapping[str, Any]) -> Outcome:
        """An action that needs no second yes: worked out, done and told."""
        proposals.one_at_a_time(turn.connection)
        preview = self._preview(turn, turn.actor, intent, fields)
        done = self.actions[intent].apply(self._lent.context(turn, turn.actor), preview.plan)
        told = sorted((who, said) for who, said in preview.concerns.items() if who != turn.actor.person_id)
        notices = tuple(Notice(who, Outcome("none", turn.language, message=said)) for who, said in told)
        effect = Effect(intent, preview.before, preview.after, tuple(preview.concerns))
        request = {intent: dict(fields)}
        return Outcome("done", turn.language, request, done, notices=notices, effect=effect)

    def still(self, turn: Turn, asked: Proposal) -> Outcome:
        """What was said is neither a yes nor a no: the proposal goes on waiting."""
        steps = ("discard",) if asked.state == WAITING else ("confirm", "discard")
        message, buttons = self._say(turn, "writing.still"), self._buttons(turn, asked.token, *steps)
        about = "confirm_reading"
        return Outcome(
            "clarify", turn.language, message=message, about=about, choices=buttons, card=asked.token
        )

    # --- Decided ---------------------------------------------------------------------------------

    def step(self, turn: Turn, name: str, target: str) -> Outcome:
        """One of STEPS. Whoever comes second hears what became of it."""
        proposals.one_at_a_time(turn.connection)
        asked = self._target(turn, name, target)
        if name != "undo" and asked.state == EXPIRED:
            raise Refused("writing.expired", about="expired", choices=self._anew(turn, asked))
        if name != "undo" and asked.state not in (OPEN, WAITING):
            raise Refused(f"writing.already_{asked.state}", about="decided")
        steps: dict[str, Callable[[Turn, Proposal], Outcome]] = {
            "confirm": self._confirm,
            "discard": self._discard,
            "approve": self._approve,
            "reject": self._reject,
            "undo": self._undo,
        }
        return steps[name](turn, asked)

    def _target(self, turn: Turn, name: str, target: str) -> Proposal:
        if name == "undo" and target.startswith(LAST):
            intents = OF_KIND.get(target.removeprefix(LAST), tuple(self.actions))
            found = proposals.last_done(turn.connection, turn.actor.person_id, intents)
            if found is None:
                raise Refused("writing.nothing_to_undo", about="undo")
            return found
        if target.isdecimal():  # the number a change has in the record
            target = proposal_of(turn.connection, int(target)) or target
        found = proposals.find(turn.connection, target)
        if found is None:
            raise Refused("writing.unknown", about="proposal")
        return found

    def _confirm(self, turn: Turn, asked: Proposal) -> Outcome:
        self._own(turn, asked)
        if asked.state == WAITING:
            raise Refused("writing.already_waiting", about="decided")
        if asked.expires_at <= turn.now:
            return self._expired(turn, asked)
        preview = self._preview(turn, turn.actor, asked.intent, asked.fields)
        if not proposals.same(preview.plan, asked.plan):
            return self._again(turn, asked, preview)
        if limit := self._needs(asked.intent, preview):
            return self._wait(turn, asked, preview, limit)
        return self._apply(turn, asked, preview, before=OPEN)

    def _discard(self, turn: Turn, asked: Proposal) -> Outcome:
        self._own(turn, asked)
        proposals.take(
            turn.connection,
            asked.token,
            before=asked.state,
            after=DISCARDED,
            by=turn.actor.person_id,
            now=turn.now,
        )
        decided = self._decided(turn, asked, "discarded")
        return Outcome("none", turn.language, message=self._say(turn, "writing.discarded"), decided=decided)

    def _wait(self, turn: Turn, asked: Proposal, preview: Preview, limit: Approval) -> Outcome:
        who = self._approvers(turn, limit, asked, preview)
        if not who:
            raise Refused("writing.nobody_approves", about="approval")
        self._take(turn, asked, before=OPEN, after=WAITING)
        names = ", ".join(name for _, name in who)
        message = self._say(turn, "writing.waiting", names=names)
        notices = tuple(self._card(person, turn, asked, preview) for person, _ in who)
        return Outcome(
            "pending_approval",
            turn.language,
            message=message,
            choices=self._buttons(turn, asked.token, "discard"),
            notices=notices,
            card=asked.token,
            decided=self._decided(turn, asked, "waiting"),
        )

    def _approvers(
        self, turn: Turn, limit: Approval, asked: Proposal, preview: Preview
    ) -> list[tuple[int, str]]:
        staff = find_staff(turn.connection, limit.by, turn.today)
        others = [person for person in staff if person.id != asked.person_id]
        seeing = (p for p in others if self._sees_all(turn, self._lent.actor(turn, p.id), asked, preview))
        return [(person.id, person.name) for person in islice(seeing, MOST_ASKED)]

    def _sees_all(self, turn: Turn, actor: Actor | None, asked: Proposal, preview: Preview) -> bool:
        """Whether the same could be proposed in this person's own right: nobody decides on half a picture."""
        if actor is None:
            return False
        try:
            own = self._preview(turn, actor, asked.intent, asked.fields)
        except Refused:
            return False
        return proposals.same(*({**each.plan, APPROVED_BY: None} for each in (own, preview)))

    def _card(self, person: int, turn: Turn, asked: Proposal, preview: Preview) -> Notice:
        """What an approver is shown: the same preview, and who asks for it."""
        message = self._say(turn, "writing.asks_you", who=turn.actor.name)
        buttons = self._buttons(turn, asked.token, "approve", "reject")
        shown = Outcome("preview", turn.language, answer=preview.shown, message=message, choices=buttons)
        return Notice(person, replace(shown, card=asked.token))

    def _approve(self, turn: Turn, asked: Proposal) -> Outcome:
        if (asker := self._asker(turn, asked)) is None:
            return self._expired(turn, asked)
        preview = self._preview(turn, asker, asked.intent, asked.fields)
        if not proposals.same(preview.plan, asked.plan):
            again = self._again(replace(turn, actor=asker), asked, preview)
            message = self._say(turn, "writing.changed_for_asker", who=asker.name)
            notice = Notice(asker.person_id, replace(again, decided=None))
            return Outcome("none", turn.language, message=message, notices=(notice,), decided=again.decided)
        if not self._sees_all(turn, turn.actor, asked, preview):
            raise Refused("writing.not_your_decision", about="scope", denied=True)
        return self._apply(turn, asked, preview, before=WAITING, asker=asker)

    def _reject(self, turn: Turn, asked: Proposal) -> Outcome:
        if (asker := self._asker(turn, asked)) is None:
            return self._expired(turn, asked)
        self._take(turn, asked, before=WAITING, after=REJECTED)
        slots = {"who": turn.actor.name, "what": self._called(turn, asker, asked)}
        told = self._texts.say(asker.language, "writing.rejected_by", **slots)
        notice = Notice(asker.person_id, Outcome("none", asker.language, message=told))
        said, decided = self._say(turn, "writing.rejected"), self._decided(turn, asked, "rejected")
        return Outcome("none", turn.language, message=said, notices=(notice,), decided=decided)

    def _called(self, turn: Turn, asker: Actor, asked: Proposal) -> str:
        """What was asked for, as its card calls it; by its hour where it cannot be worked out any more."""
        try:
            return self._preview(turn, asker, asked.intent, asked.fields).shown.title
        except Refused:
            return f"{asked.made_at.astimezone(turn.now.tzinfo):%H:%M}"

    def _asker(self, turn: Turn, asked: Proposal) -> Actor | None:
        """For somebody else, of a role that may: who asked, as she stands now. None: it is too late."""
        limit = self._limit(asked.intent, asked.plan)
        if limit is None or turn.actor.role not in limit.by or turn.actor.person_id == asked.person_id:
            raise Refused("writing.not_your_decision", about="role", denied=True)
        if asked.state != WAITING:
            raise Refused("writing.not_asked_yet", about="decided")
        if asked.expires_at <= turn.now:
            return None
        asker = self._lent.actor(turn, asked.person_id)
        if asker is None:
            raise Refused("writing.asker_gone", about="decided")
        return asker

    # --- Done ------------------------------------------------------------------------------------

    def _apply(
        self, turn: Turn, asked: Proposal, preview: Preview, *, before: str, asker: Actor | None = None
    ) -> Outcome:
        self._take(turn, asked, before=before, after=DONE)
        actor = asker or turn.actor
        agreed = turn.actor.person_id if asker else None
        context = replace(self._lent.context(turn, actor), approved_by=agreed)
        done = self.actions[asked.intent].apply(context, preview.plan)
        undo = self._buttons(turn, asked.token, "undo") if self.actions[asked.intent].undo else ()
        notices = [
            Notice(person, Outcome("none", turn.language, message=said))
            for person, said in sorted(preview.concerns.items())
            if person not in (turn.actor.person_id, asked.person_id)
        ]
        if asker is not None:
            mine = self._texts.say(asker.language, "writing.approved_by", who=turn.actor.name)
            hers = Outcome("done", asker.language, answer=done, message=mine, choices=undo)
            notices.append(Notice(asker.person_id, replace(hers, card=asked.token if undo else None)))
            undo = ()
        request = {asked.intent: dict(asked.fields)}
        effect = Effect(
            asked.intent, preview.before, preview.after, tuple(preview.concerns), proposal=asked.token
        )
        return Outcome(
            "done",
            turn.language,
            request,
            done,
            choices=undo,
            notices=tuple(notices),
            effect=effect,
            card=asked.token if undo else None,
            decided=self._decided(turn, asked, "approved" if asker else "done"),
        )

    def _undo(self, turn: Turn, asked: Proposal) -> Outcome:
        self._own(turn, asked)
        action = self._allowed(turn.actor, asked.intent)
        if asked.state != DONE or action.undo is None:
            raise Refused("writing.not_undone", about="undo")
        self._take(turn, asked, before=DONE, after=UNDONE)
        answer = action.undo(self._lent.context(turn, turn.actor), asked.plan)
        done = last_row(turn.connection, asked.token)
        effect = Effect("undo", proposal=asked.token, undoes=done)
        request = {"undo": {"target": asked.token}}
        decided = self._decided(turn, asked, "undone")
        told = self._undone_told(turn, asked, answer.title, concerned_by(turn.connection, done))
        return Outcome("done", turn.language, request, answer, notices=told, effect=effect, decided=decided)

    def _undone_told(
        self, turn: Turn, asked: Proposal, what: str, concerned: tuple[int, ...]
    ) -> tuple[Notice, ...]:
        """Whoever heard that it was done, or agreed to it, hears that it is not so any more."""
        heard = {*concerned, *((asked.decided_by,) if asked.decided_by else ())} - {turn.actor.person_id}
        at = f"{(asked.done_at or asked.made_at).astimezone(turn.now.tzinfo):%H:%M}"
        said = self._say(turn, "writing.undone_told", who=turn.actor.name, at=at, what=what)
        return tuple(Notice(each, Outcome("none", turn.language, message=said)) for each in sorted(heard))

    # --- Common ----------------------------------------------------------------------------------

    def _again(self, turn: Turn, asked: Proposal, preview: Preview) -> Outcome:
        until = turn.now + timedelta(minutes=self._settings.minutes)
        proposals.show_again(turn.connection, asked.token, preview.plan, preview.size, until)
        fresh = replace(asked, plan=preview.plan, expires_at=until, state=OPEN)
        shown = self._shown(turn, fresh, preview, said=self._say(turn, "writing.moved_on"))
        return replace(shown, decided=self._decided(turn, asked, "again"))

    def _decided(self, turn: Turn, asked: Proposal, what: str) -> tuple[str, str]:
        """What the cards of a proposal say from now on, whoever sees them."""
        return asked.token, self._say(
            turn, f"writing.card.{what}", who=turn.actor.name, at=f"{turn.now:%H:%M}"
        )

    def _take(self, turn: Turn, asked: Proposal, *, before: str, after: str) -> None:
        by = turn.actor.person_id
        if not proposals.take(turn.connection, asked.token, before=before, after=after, by=by, now=turn.now):
            raise Refused("writing.somebody_was_faster", about="decided")

    def _own(self, turn: Turn, asked: Proposal) -> None:
        if turn.actor.person_id != asked.person_id:
            raise Refused("writing.not_yours", about="asker", denied=True)

    def _expired(self, turn: Turn, asked: Proposal) -> Outcome:
        self._take(turn, asked, before=asked.state, after=EXPIRED)
        at = f"{asked.expires_at.astimezone(turn.now.tzinfo):%H:%M}"
        return Outcome(
            "refuse",
            turn.language,
            message=self._say(turn, "writing.expired"),
            about="expired",
            choices=self._anew(turn, asked),
            decided=(asked.token, self._say(turn, "writing.card.expired", at=at)),
        )

    def _anew(self, turn: Turn, asked: Proposal) -> tuple[Option, ...]:
        """The same once more, for whoever asked: somebody else would ask for it in her own name."""
        if turn.actor.person_id != asked.person_id:
            return ()
        return (Option(self._say(turn, "writing.button_again"), asked.intent, asked.fields),)

    def _buttons(self, turn: Turn, token: str, *steps: str) -> tuple[Option, ...]:
        return tuple(Option(self._say(turn, f"writing.button_{s}"), s, {"proposal": token}) for s in steps)

    def _say(self, turn: Turn, key: str, **slots: Any) -> str:
        return self._texts.say(turn.language, key, **slots)
