"""Each person's open modals and Home tab; it knows nothing of who asked for them."""

from collections.abc import Mapping
from typing import Any

from localslack import elements
from localslack.blockkit import check_view
from localslack.errors import SlackError
from localslack.feed import Feed
from localslack.ids import Stamps, new_id
from localslack.team import Team

JSON = dict[str, Any]
MOST_STACKED = 3


class Views:
    """Modals in stacks, the top last, and homes."""

    def __init__(self, team: Team, feed: Feed, stamps: Stamps) -> None:
        self.team, self.feed, self.stamps = team, feed, stamps
        self.stacks: dict[str, list[JSON]] = {}
        self.homes: dict[str, JSON] = {}

    def clear(self) -> None:
        self.stacks.clear()
        self.homes.clear()

    def stack(self, user: str) -> list[JSON]:
        return self.stacks.get(user, [])

    def find(self, view_id: str = "", external_id: str = "") -> tuple[str, JSON] | None:
        """A view and whose it is."""
        every = [(user, view) for user, stack in self.stacks.items() for view in stack]
        for user, view in [*every, *self.homes.items()]:
            if (view_id and view["id"] == view_id) or (external_id and view["external_id"] == external_id):
                return user, view
        return None

    # --- what the app does ---
    def open(self, user: str, raw: object) -> JSON:
        view = self._make(raw, "modal")
        self.stacks[user] = [view]
        self.tell(user, "open")
        return view

    def push(self, user: str, raw: object) -> JSON:
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        view = self._make(raw, "modal")
        if stack:
            view |= {"previous_view_id": stack[-1]["id"], "root_view_id": stack[0]["id"]}
        stack.append(view)
        self.tell(user, "push")
        return view

    def update(self, user: str, old: JSON, raw: object, hash_: str | None = None) -> JSON:
        """A view's new contents under its old id; inputs that stay keep what was typed."""
        if hash_ is not None and hash_ != old["hash"]:
            raise SlackError("hash_conflict")
        view = self._make(raw, str(old["type"]), kept=old["state"]["values"])
        view |= {key: old[key] for key in ("id", "root_view_id", "previous_view_id")}
        if old["type"] == "home":
            self.homes[user] = view
        else:
            stack = self.stacks[user]
            stack[stack.index(old)] = view
        self.tell(user, "home" if old["type"] == "home" else "update")
        return view

    def publish(self, user: str, raw: object, hash_: str | None = None) -> JSON:
        old = self.homes.get(user)
        if old is not None:
            return self.update(user, old, raw, hash_)
        self.homes[user] = self._make(raw, "home")
        self.tell(user, "home")
        return self.homes[user]

    # --- what the person does ---
    def close(self, user: str, *, everything: bool = False) -> None:
        stack = self.stacks.get(user, [])
        del stack[0 if everything else -1 :]
        self.tell(user, "close")

    def put_in(self, view: JSON, values: Mapping[str, Any]) -> None:
        """Keeps what was chosen: by block and action, or by action alone; plain values or state objects."""
        for block, element in elements.interactive(view["blocks"]):
            held = view["state"]["values"].get(block["block_id"], {})
            action_id = element["action_id"]
            of_block = values.get(block["block_id"])
            if isinstance(of_block, Mapping) and action_id in of_block:
                given = of_block[action_id]
            elif action_id in values:
                given = values[action_id]
            else:
                continue
            if action_id in held:
                held[action_id] = {"type": element["type"], **elements.chosen(element, given)}

    def unfilled(self, view: JSON) -> list[str]:
        """The blocks of required inputs with nothing in them; Slack does not submit such a view."""
        blocks = [b for b in view["blocks"] if b.get("type") == "input" and not b.get("optional")]
        held = view["state"]["values"]
        return [
            b["block_id"]
            for b in blocks
            if elements.is_empty(held.get(b["block_id"], {}).get(b["element"]["action_id"], {}))
        ]

    def tell(self, user: str, action: str) -> None:
        event = {"kind": "view", "action": action, "views": list(self.stack(user))}
        self.feed.send({**event, "home": self.homes.get(user)}, lambda viewer: viewer == user)

    def _make(self, raw: object, kind: str, kept: JSON | None = None) -> JSON:
        """The app's view with everything Slack adds to it."""
        faults = check_view(raw)
        if not faults and isinstance(raw, dict) and raw["type"] != kind:
            raise SlackError("invalid_arguments", f"a {kind} view is wanted here")
        if faults or not isinstance(raw, dict):
            messages = [str(fault) for fault in faults]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        blocks = elements.with_ids(raw["blocks"])
        view_id = new_id("V")
        return {
            "id": view_id,
            "team_id": self.team.id,
            "type": kind,
            "blocks": blocks,
            "private_metadata": raw.get("private_metadata", ""),
            "callback_id": raw.get("callback_id", ""),
            "state": {"values": elements.start_state(blocks, kept)},
            "hash": f"{self.stamps.ts()}.{new_id('', 8)}",
            "title": raw.get("title"),
            "close": raw.get("close"),
            "submit": raw.get("submit"),
            "clear_on_close": bool(raw.get("clear_on_close")),
            "notify_on_close": bool(raw.get("notify_on_close")),
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": self.team.bot.app_id,
            "external_id": raw.get("external_id", ""),
            "app_installed_team_id": self.team.id,
            "bot_id": self.team.bot.bot_id,
        }
