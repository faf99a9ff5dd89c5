"""What people do beside writing: commands, clicks, choices, modals, and what the app's acks make of them."""

import copy
import time
from typing import Any

from localslack import elements
from localslack.delivery import Delivery
from localslack.errors import NoAck, SlackError
from localslack.passes import Answer, Passes
from localslack.posting import Posting
from localslack.responses import Responses
from localslack.store import Channel, Message, Store
from localslack.team import Team
from localslack.views import Views

JSON = dict[str, Any]
REQUIRED = "Please complete this required field."


class Interactions:
    """One function for each thing a person can do."""

    def __init__(
        self,
        team: Team,
        store: Store,
        posting: Posting,
        views: Views,
        passes: Passes,
        delivery: Delivery,
        responses: Responses,
    ) -> None:
        self.team, self.store, self.posting, self.views = team, store, posting, views
        self.passes, self.delivery, self.responses = passes, delivery, responses

    # --- slash commands ---
    async def slash(self, user: str, channel: Channel, command: str, text: str) -> JSON:
        """Hands a command to the app; its ack may hold the answer."""
        if command not in {known.command for known in self.team.bot.commands}:
            raise SlackError("unknown_command", f"{command} is not a valid command")
        trigger_id = self.passes.trigger(user)
        answer = Answer(user, channel.id)
        payload = {
            "token": "local",
            "team_id": self.team.id,
            "team_domain": self.team.domain,
            "channel_id": channel.id,
            "channel_name": _channel_name(channel),
            "user_id": user,
            "user_name": self.team.users[user].name,
            "command": command,
            "text": text,
            "api_app_id": self.team.bot.app_id,
            "is_enterprise_install": "false",
            "response_url": self.responses.url(answer),
            "trigger_id": trigger_id,
        }
        result: JSON = {"trigger_id": trigger_id, "acked": True}
        try:
            ack = await self.delivery.ask("slash_commands", command, payload)
            if ack.get("text") or ack.get("blocks") or ack.get("attachments"):
                result["ts"] = self.responses.post(answer, ack).ts
        except (NoAck, SlackError) as failed:
            reason = failed.reason if isinstance(failed, NoAck) else failed.error
            self.posting.slackbot(user, channel, f'{command} failed with the error "{reason}"')
            return {**result, "acked": not isinstance(failed, NoAck), "error": reason}
        return result

    # --- acting on an element ---
    async def click(
        self, user: str, place: "Place", action_id: str, block_id: str | None, value: Any
    ) -> JSON:
        """Presses a button or chooses in a menu, in a message or in a view."""
        block, element = _found(place.blocks, action_id, block_id)
        picked = elements.chosen(element, value)
        self._keep(user, place, block, element, picked)
        if block.get("type") == "input" and not block.get("dispatch_action"):
            return {"acked": True, "dispatched": False}
        action = _action(block, element, picked)
        payload = self._payload("block_actions", user, place) | {
            "trigger_id": self.passes.trigger(user, place.view["id"] if place.view else None),
            "actions": [action],
        }
        if place.message is not None:
            payload["state"] = {"values": place.message.picks.get(user, {})}
            payload["response_url"] = self.responses.url(_answer_at(user, place.message))
        try:
            await self.delivery.ask("interactive", f"block_actions {action_id}", payload)
        except NoAck as missed:
            return {"acked": False, "error": missed.reason}
        return {"acked": True}

    def _keep(self, user: str, place: "Place", block: JSON, element: JSON, picked: JSON) -> None:
        """What was chosen becomes the state of the message (for this person) or of the view."""
        if element["type"] in elements.STATELESS:
            return
        if place.view is not None:
            self.views.put_in(place.view, {block["block_id"]: {element["action_id"]: picked}})
        elif place.message is not None:
            kept = elements.start_state(place.blocks, place.message.picks.get(user))
            kept[block["block_id"]][element["action_id"]] = {"type": element["type"], **picked}
            place.message.picks[user] = kept

    async def options(
        self, user: str, place: "Place", action_id: str, block_id: str | None, value: str
    ) -> JSON:
        """What the app offers for the letters typed into an external select."""
        block, element = _found(place.blocks, action_id, block_id)
        payload = self._payload("block_suggestion", user, place) | {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": value,
        }
        try:
            ack = await self.delivery.ask("interactive", f"block_suggestion {action_id}", payload)
        except NoAck as missed:
            return {"options": [], "error": missed.reason}
        groups = {"option_groups": ack["option_groups"]} if ack.get("option_groups") else {}
        return {"options": ack.get("options") or [], **groups}

    # --- modals ---
    async def submit(self, user: str, view: JSON, values: JSON) -> JSON:
        """Submits a modal and does with it what the app's ack says."""
        self.views.put_in(view, values)
        unfilled = self.views.unfilled(view)
        if unfilled:
            errors = dict.fromkeys(unfilled, REQUIRED)
            return self._submitted(
                user, {"response_action": "errors", "errors": errors, "required": unfilled}
            )
        place = Place(view=view)
        payload = self._payload("view_submission", user, place) | {
            "trigger_id": self.passes.trigger(user, view["id"]),
            "response_urls": [],
        }
        try:
            ack = await self.delivery.ask("interactive", f"view_submission {view['callback_id']}", payload)
        except NoAck as missed:
            return self._submitted(user, {"response_action": None, "error": missed.reason})
        return self._submitted(user, self._obey(user, view, ack))

    def _obey(self, user: str, view: JSON, ack: JSON) -> JSON:
        """The ack's response_action; without one the modal closes."""
        action = ack.get("response_action")
        try:
            if action == "errors":
                return {"response_action": action, "errors": ack.get("errors") or {}}
            if action == "update":
                self.views.update(user, view, ack.get("view"))
            elif action == "push":
                self.views.push(user, ack.get("view"))
            elif view in self.views.stack(user):
                self.views.close(user, everything=action == "clear")
        except SlackError as refused:
            return {"response_action": action, **refused.as_json()}
        return {"response_action": action}

    def _submitted(self, user: str, result: JSON) -> JSON:
        return {**result, "views": self.views.stack(user)}

    async def close(self, user: str, *, everything: bool = False) -> JSON:
        """The X of a modal; the app hears of it where it asked to."""
        stack = list(self.views.stack(user))
        closed = stack if everything else stack[-1:]
        self.views.close(user, everything=everything)
        for view in reversed([view for view in closed if view["notify_on_close"]]):
            payload = self._payload("view_closed", user, Place(view=view))
            self.delivery.spawn(self._closed({**payload, "is_cleared": everything}, view["callback_id"]))
        return {"views": self.views.stack(user)}

    async def _closed(self, payload: JSON, callback_id: str) -> None:
        try:
            await self.delivery.ask("interactive", f"view_closed {callback_id}", payload)
        except NoAck:
            return  # the modal is shut all the same, and nobody waits

    # --- shared ---
    def _payload(self, kind: str, user: str, place: "Place") -> JSON:
        """What every interactive payload says of who and where."""
        person = self.team.users[user]
        shared: JSON = {
            "type": kind,
            "user": {"id": user, "username": person.name, "name": person.name, "team_id": self.team.id},
            "api_app_id": self.team.bot.app_id,
            "token": "local",
            "team": {"id": self.team.id, "domain": self.team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if place.view is not None:
            shared["view"] = copy.deepcopy(place.view)
            if kind in ("block_actions", "block_suggestion"):
                shared["container"] = {"type": "view", "view_id": place.view["id"]}
        elif place.message is not None:
            shared |= self._message_part(place.message)
        return shared

    def _message_part(self, message: Message) -> JSON:
        channel = self.store.channels[message.channel]
        container: JSON = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        part: JSON = {
            "container": container,
            "channel": {"id": channel.id, "name": _channel_name(channel)},
        }
        if message.only_for is None:
            part["message"] = message.body
        return part


class Place:
    """Where an element stands: a message or a view."""

    def __init__(self, message: Message | None = None, view: JSON | None = None) -> None:
        self.message, self.view = message, view

    @property
    def blocks(self) -> list[Any]:
        if self.view is not None:
            return list(self.view["blocks"])
        body = self.message.body if self.message else {}
        attached = [block for each in body.get("attachments", ()) for block in each.get("blocks", ())]
        return [*body.get("blocks", ()), *attached]


def _found(blocks: list[Any], action_id: str, block_id: str | None) -> tuple[JSON, JSON]:
    found = elements.find(blocks, action_id, block_id)
    if found is None:
        raise SlackError("action_not_found", f"no element with action_id {action_id}")
    return found


def _action(block: JSON, element: JSON, picked: JSON) -> JSON:
    kept: JSON = {key: element[key] for key in ("text", "value", "style", "placeholder") if key in element}
    return {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        **kept,
        **picked,
        "action_ts": f"{time.time():.6f}",
    }


def _answer_at(user: str, message: Message) -> Answer:
    return Answer(user, message.channel, message.ts)


def _channel_name(channel: Channel) -> str:
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)
