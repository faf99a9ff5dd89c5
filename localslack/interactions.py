"""What people do beside writing: commands, shortcuts, clicks and choices; modals are in modals.py."""

from typing import Any

from localslack import elements
from localslack.blockkit import check_options
from localslack.delivery import Delivery
from localslack.errors import NoAck, SlackError
from localslack.passes import Answer, Passes
from localslack.payloads import Payloads, Place, answer_at, channel_name
from localslack.posting import Posting
from localslack.responses import Responses
from localslack.store import Channel, Message, Store
from localslack.team import Shortcut, Team
from localslack.views import Views
from localslack.words import say

JSON = dict[str, Any]
# Without a word of the app, an external menu asks from this many letters on.
QUERY_LENGTH = 3


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
        self.payloads = Payloads(team, store)

    # --- slash commands ---
    async def slash(self, user: str, channel: Channel, command: str, text: str) -> JSON:
        """Hands a command to the app; its ack may hold the answer."""
        if command not in {known.command for known in self.team.bot.commands}:
            raise SlackError("unknown_command", f"{command} is not a valid command")
        trigger_id = self.passes.trigger(user)
        answer = Answer(user, channel.id)
        payload = self._command(user, channel, command, text)
        payload |= {"response_url": self.responses.url(answer), "trigger_id": trigger_id}
        result: JSON = {"trigger_id": trigger_id, "acked": True}
        try:
            ack = await self.delivery.ask("slash_commands", command, payload)
            if ack.get("text") or ack.get("blocks") or ack.get("attachments"):
                result["ts"] = self.responses.post(answer, ack).ts
        except (NoAck, SlackError) as failed:
            reason = failed.reason if isinstance(failed, NoAck) else failed.error
            locale = self.team.users[user].locale
            self.posting.slackbot(
                user, channel, say(locale, "command_failed", command=command, reason=reason)
            )
            return {**result, "acked": not isinstance(failed, NoAck), "error": reason}
        return result

    def _command(self, user: str, channel: Channel, command: str, text: str) -> JSON:
        return {
            "token": "local",
            "team_id": self.team.id,
            "team_domain": self.team.domain,
            "channel_id": channel.id,
            "channel_name": channel_name(channel),
            "user_id": user,
            "user_name": self.team.users[user].name,
            "command": command,
            "text": text,
            "api_app_id": self.team.bot.app_id,
            "is_enterprise_install": "false",
        }

    # --- shortcuts ---
    async def shortcut(self, user: str, callback_id: str, message: Message | None) -> JSON:
        """An entry of the app: in the menu of a message, or from anywhere."""
        known = self._shortcut(callback_id)
        if known.type == "message":
            payload = self._message_action(user, callback_id, message)
        else:
            payload = self.payloads.person("shortcut", user)
        payload |= {
            "callback_id": callback_id,
            "action_ts": self.payloads.action_ts(),
            "trigger_id": self.passes.trigger(user),
        }
        return await self._asked(f"{payload['type']} {callback_id}", payload)

    def _shortcut(self, callback_id: str) -> Shortcut:
        for known in self.team.bot.shortcuts:
            if known.callback_id == callback_id:
                return known
        raise SlackError("unknown_shortcut", f"the app has no shortcut {callback_id}")

    def _message_action(self, user: str, callback_id: str, message: Message | None) -> JSON:
        if message is None:
            raise SlackError("invalid_arguments", f"{callback_id} is a message's: channel and ts are missing")
        if message.only_for is not None:
            raise SlackError("message_not_found", "an ephemeral message has no shortcuts")
        channel = self.store.channels[message.channel]
        return {
            **self.payloads.person("message_action", user),
            "channel": {"id": channel.id, "name": channel_name(channel)},
            "message_ts": message.ts,
            "message": message.body,
            "response_url": self.responses.url(Answer(user, channel.id)),
        }

    async def _asked(self, name: str, payload: JSON) -> JSON:
        try:
            await self.delivery.ask("interactive", name, payload)
        except NoAck as missed:
            return {"acked": False, "error": missed.reason}
        return {"acked": True}

    # --- acting on an element ---
    async def click(self, user: str, place: Place, action_id: str, block_id: str | None, value: Any) -> JSON:
        """Presses a button or chooses in a menu, in a message or in a view."""
        block, element = found_in(place.blocks, action_id, block_id)
        picked = self._picked(user, place, block, element, value)
        if block.get("type") == "input" and not block.get("dispatch_action"):
            return {"acked": True, "dispatched": False}
        payload = self.payloads.at_place("block_actions", user, place) | {
            "trigger_id": self.passes.trigger(user, place.view["id"] if place.view else None),
            "actions": [self._action(block, element, picked)],
        }
        if place.message is not None:
            payload["state"] = {"values": place.message.picks.get(user, {})}
            payload["response_url"] = self.responses.url(answer_at(user, place.message))
        return await self._asked(f"block_actions {action_id}", payload)

    def _picked(self, user: str, place: Place, block: JSON, element: JSON, value: Any) -> JSON:
        """What was chosen; it becomes the state of the view, or of the message for this person."""
        if place.view is not None and element["type"] not in elements.STATELESS:
            return self.views.put_one(user, place.view, block, element, value)
        picked = elements.chosen(element, value)
        if place.message is not None and element["type"] not in elements.STATELESS:
            kept = elements.start_state(place.blocks, place.message.picks.get(user))
            kept[block["block_id"]][element["action_id"]] = {"type": element["type"], **picked}
            place.message.picks[user] = kept
        return picked

    def _action(self, block: JSON, element: JSON, picked: JSON) -> JSON:
        kept: JSON = {
            key: element[key] for key in ("text", "value", "style", "placeholder") if key in element
        }
        return {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            **kept,
            **picked,
            "action_ts": self.payloads.action_ts(),
        }

    async def options(
        self, user: str, place: Place, action_id: str, block_id: str | None, value: str
    ) -> JSON:
        """What the app offers for the letters typed into an external select; for too few it is not asked."""
        block, element = found_in(place.blocks, action_id, block_id)
        if len(value) < element.get("min_query_length", QUERY_LENGTH):
            return {"options": [], "asked": False}
        payload = self.payloads.at_place("block_suggestion", user, place) | {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": value,
        }
        try:
            ack = await self.delivery.ask("interactive", f"block_suggestion {action_id}", payload)
        except NoAck as missed:
            return {"options": [], "error": missed.reason}
        faults = check_options(ack)
        if faults:
            return {"options": [], "error": "invalid_options", "errors": [str(fault) for fault in faults]}
        groups = {"option_groups": ack["option_groups"]} if ack.get("option_groups") else {}
        return {"options": ack.get("options") or [], **groups}


def found_in(blocks: list[Any], action_id: str, block_id: str | None) -> tuple[JSON, JSON]:
    found = elements.find(blocks, action_id, block_id)
    if found is None:
        raise SlackError("action_not_found", f"no element with action_id {action_id}")
    return found
