"""Submitting and closing modals, and what the app's ack makes of them; opening them is the app's affair."""

from typing import Any

from localslack.delivery import Delivery
from localslack.errors import NoAck, SlackError
from localslack.inputs import complaints
from localslack.passes import Answer, Passes
from localslack.payloads import Payloads, Place
from localslack.responses import Responses
from localslack.views import Views

JSON = dict[str, Any]
ACTIONS = (None, "clear", "errors", "push", "update")


class Modals:
    """A person's hands on the modals that are open."""

    def __init__(
        self, payloads: Payloads, views: Views, passes: Passes, delivery: Delivery, responses: Responses
    ) -> None:
        self.payloads, self.views, self.passes = payloads, views, passes
        self.delivery, self.responses = delivery, responses

    async def submit(self, user: str, view: JSON, values: JSON) -> JSON:
        """Submits a modal and does with it what the app's ack says."""
        self.views.put_in(user, view, values)
        errors = complaints(view, self.payloads.team.users[user].locale)
        if errors:
            required = self.views.unfilled(view)
            return self._submitted(
                user, {"response_action": "errors", "errors": errors, "required": required}
            )
        self.views.hand_over(view)
        payload = self.payloads.at_place("view_submission", user, Place(view=view)) | {
            "trigger_id": self.passes.trigger(user, view["id"]),
            "response_urls": self._response_urls(user, view),
        }
        try:
            ack = await self.delivery.ask("interactive", f"view_submission {view['callback_id']}", payload)
        except NoAck as missed:
            return self._submitted(user, {"response_action": None, "error": missed.reason})
        return self._submitted(user, self._obey(user, view, ack))

    def _response_urls(self, user: str, view: JSON) -> list[JSON]:
        """An address for each conversation chosen in an input that asks for one."""
        rows = []
        for block in view["blocks"]:
            element = block.get("element") or {}
            held = view["state"]["values"].get(block["block_id"], {}).get(element.get("action_id"), {})
            channel_id = held.get("selected_conversation") or held.get("selected_channel")
            if element.get("response_url_enabled") and channel_id in self.payloads.store.channels:
                named = {"block_id": block["block_id"], "action_id": element["action_id"]}
                url = self.responses.url(Answer(user, channel_id))
                rows.append({**named, "channel_id": channel_id, "response_url": url})
        return rows

    def _obey(self, user: str, view: JSON, ack: JSON) -> JSON:
        """The ack's response_action; without one the modal closes."""
        action = ack.get("response_action")
        try:
            if action not in ACTIONS:
                raise SlackError("invalid_arguments", f"no such response_action: {action}")
            if action == "errors":
                return {"response_action": action, "errors": _errors(view, ack.get("errors"))}
            if action == "update":
                self.views.update(user, view, ack.get("view"))
            elif action == "push":
                self.views.push(user, ack.get("view"))
            else:
                self.views.shut(user, view, everything=action == "clear")
        except SlackError as refused:
            return {"response_action": action, **refused.as_json()}
        return {"response_action": action}

    def _submitted(self, user: str, result: JSON) -> JSON:
        return {**result, "views": self.views.stack(user)}

    async def close(self, user: str, *, everything: bool = False) -> JSON:
        """The X of a modal; the app hears of it where it asked to."""
        stack = list(self.views.stack(user))
        everything = everything or bool(stack and stack[-1]["clear_on_close"])
        closed = stack if everything else stack[-1:]
        self.views.close(user, everything=everything)
        for view in reversed([view for view in closed if view["notify_on_close"]]):
            payload = self.payloads.at_place("view_closed", user, Place(view=view))
            self.delivery.spawn(self._closed({**payload, "is_cleared": everything}, view["callback_id"]))
        return {"views": self.views.stack(user)}

    async def _closed(self, payload: JSON, callback_id: str) -> None:
        try:
            await self.delivery.ask("interactive", f"view_closed {callback_id}", payload)
        except NoAck:
            return  # the modal is shut all the same, and nobody waits


def _errors(view: JSON, errors: object) -> JSON:
    """The app's complaints about inputs; Slack shows none of them if one names a block that is no input."""
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_arguments", "errors: an object of block_id and text is wanted")
    inputs = {block["block_id"] for block in view["blocks"] if block.get("type") == "input"}
    unknown = errors.keys() - inputs
    if unknown:
        raise SlackError("invalid_arguments", f"errors: no input block {', '.join(sorted(unknown))}")
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise SlackError("invalid_arguments", "errors: each is a text")
    return errors
