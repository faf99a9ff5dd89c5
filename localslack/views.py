"""Each person's open modals and Home tab; it knows nothing of who asked for them."""

from collections.abc import Mapping
from typing import Any

from localslack import elements
from localslack.blockkit import Fault, check_view, too_large
from localslack.errors import SlackError
from localslack.feed import Feed
from localslack.files import Files
from localslack.ids import Stamps, new_id
from localslack.team import Team

JSON = dict[str, Any]
MOST_STACKED = 3


class Views:
    """Modals in stacks, the top last, and homes."""

    def __init__(self, team: Team, feed: Feed, stamps: Stamps, files: Files) -> None:
        self.team, self.feed, self.stamps, self.files = team, feed, stamps, files
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
        view = self._make(user, raw, "modal")
        self.stacks[user] = [view]
        self.tell(user, "open")
        return view

    def push(self, user: str, raw: object) -> JSON:
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        view = self._make(user, raw, "modal")
        if stack:
            view |= {"previous_view_id": stack[-1]["id"], "root_view_id": stack[0]["id"]}
        stack.append(view)
        self.tell(user, "push")
        return view

    def update(self, user: str, old: JSON, raw: object, hash_: str | None = None) -> JSON:
        """A view's new contents under its old id; inputs that stay keep what was typed."""
        # The app may have changed it since `old` was taken; its id stays.
        found = self.find(view_id=old["id"])
        if found is None:
            raise SlackError("not_found")
        old = found[1]
        if hash_ is not None and hash_ != old["hash"]:
            raise SlackError("hash_conflict")
        view = self._make(user, raw, str(old["type"]), old)
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
        self.homes[user] = self._make(user, raw, "home")
        self.tell(user, "home")
        return self.homes[user]

    # --- what the person does ---
    def close(self, user: str, *, everything: bool = False) -> None:
        stack = self.stacks.get(user, [])
        del stack[0 if everything else -1 :]
        self.tell(user, "close")

    def shut(self, user: str, view: JSON, *, everything: bool = False) -> None:
        """Closes a submitted modal, unless the app has seen to it already."""
        if any(open_["id"] == view["id"] for open_ in self.stack(user)):
            self.close(user, everything=everything)

    def put_in(self, user: str, view: JSON, values: Mapping[str, Any]) -> None:
        """Keeps what was chosen: by block and action, or by action alone; plain values or state objects."""
        for block, element in elements.interactive(view["blocks"]):
            action_id = element["action_id"]
            of_block = values.get(block["block_id"])
            if isinstance(of_block, Mapping) and action_id in of_block:
                self.put_one(user, view, block, element, of_block[action_id])
            elif action_id in values:
                self.put_one(user, view, block, element, values[action_id])

    def put_one(self, user: str, view: JSON, block: JSON, element: JSON, value: Any) -> JSON:
        """Keeps one choice as the view's state, and gives it."""
        picked = elements.chosen(element, value)
        if element["type"] == "file_input":
            picked = {"files": [self._uploaded(user, each) for each in picked["files"] or []]}
        held = view["state"]["values"].get(block["block_id"], {})
        if element["action_id"] in held:
            held[element["action_id"]] = {"type": element["type"], **picked}
        return picked

    def _uploaded(self, user: str, given: Any) -> JSON:
        file = self.files.find(str(given.get("id") if isinstance(given, dict) else given), user)
        if file.user != user:
            raise SlackError("file_not_found", "a form takes one's own uploads")
        return self.files.shown(file)

    def hand_over(self, view: JSON) -> None:
        """What was uploaded into a submitted form may be read by the app."""
        for held in view["state"]["values"].values():
            for state in held.values():
                for file in state.get("files") or ():
                    self.files.find(file["id"], file["user"]).shown_to.add(self.files.app)

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

    def _make(self, user: str, raw: object, kind: str, old: JSON | None = None) -> JSON:
        """The app's view with everything Slack adds to it; `old` is the one it stands in for."""
        raw = self._checked(raw, kind)
        if raw.get("external_id"):
            holder = self.find(external_id=raw["external_id"])
            if holder is not None and (old is None or holder[1]["id"] != old["id"]):
                raise SlackError("duplicate_external_id")
        self.files.draw_in(raw["blocks"], person=user)
        kept = old["state"]["values"] if old is not None else None
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

    def _checked(self, raw: object, kind: str) -> JSON:
        if too_large(raw):
            raise SlackError("view_too_large")
        faults = check_view(raw)
        if isinstance(raw, dict):
            missing = self.files.missing(raw.get("blocks"), self.files.app)
            faults += [Fault(f"/blocks{pointer}", error) for pointer, error in missing]
        if not faults and isinstance(raw, dict) and raw["type"] != kind:
            raise SlackError("invalid_arguments", f"a {kind} view is wanted here")
        if faults or not isinstance(raw, dict):
            messages = [str(fault) for fault in faults]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        return raw
