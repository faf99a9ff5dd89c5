"""Conversations as YAML: who says or clicks what, where, and what she and the others then see.

Each step is one line, `<person> <verb> ...`, and what it takes; the verbs are the functions of `Talk`. The
whole product runs behind it, over real sockets; a step that waits for something fails after ten seconds.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.slack_world import BOT, NAMES, World, buttons

FOLDER = Path(__file__).parent / "conversations"
PATIENCE = 10.0
JSON = dict[str, Any]
PEOPLE = {name: user for user, name in NAMES.items()}


@dataclass(frozen=True)
class Script:
    """One conversation of a file."""

    name: str
    world: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]


def scripts() -> list[Script]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(Script(f"{path.stem}: {row['name']}", row.get("world", {}), row["steps"]))
    return found


class Unlike(AssertionError):
    """The conversation did not go as it is written."""


@dataclass
class Talk:
    """A conversation under way. `place` is where it happens, `thread` the thread of the latest message."""

    world: World
    place: str = ""
    thread: str | None = None
    seen: dict[tuple[str, str], int] = field(default_factory=dict)  # (channel, viewer) -> messages looked at
    latest: JSON = field(default_factory=dict)

    async def play(self, script: Script) -> None:
        for number, step in enumerate(script.steps, start=1):
            ((line, value), *rest) = step.items()
            try:
                await self._step(line, value, dict(rest))
            except (Unlike, TimeoutError) as wrong:
                raise Unlike(f"{script.name}, step {number}, {line!r}: {wrong}") from wrong

    async def _step(self, line: str, value: Any, more: JSON) -> None:
        who, _, verb = line.partition(" ")
        verb, _, where = verb.partition(" in ")
        user = PEOPLE.get(who, "")
        if where:
            self.place = await self._room(user, where)
        if who != "bot" and not user:
            raise Unlike(f"nobody is called {who}")
        await getattr(self, "_" + verb.replace(" ", "_"))(user, value, more)

    async def _room(self, user: str, where: str) -> str:
        return await self.world.dm(user) if where == "dm" else where.removeprefix("#")

    # --- what people do ---
    async def _says(self, user: str, text: str, _: JSON) -> None:
        self.thread = await self.world.say(user, self.place, text)

    async def _replies(self, user: str, text: str, _: JSON) -> None:
        await self.world.say(user, self.place, text, self.thread)

    async def _types(self, user: str, text: str, _more: JSON) -> None:
        command, _, rest = text.partition(" ")
        await self.world.do("slash", user=user, channel=self.place, command=command, text=rest)

    async def _clicks(self, user: str, label: str, more: JSON) -> None:
        """A button of the latest message, of her Home or of her window, by what it says."""
        where: JSON = {"channel": self.latest.get("channel"), "ts": self.latest.get("ts")}
        blocks = self.latest.get("blocks") or []
        if more.get("at") in ("home", "window"):
            view = await self._view(user, more["at"])
            where, blocks = {"view_id": view["id"]}, view["blocks"]
        button = _button(blocks, label)
        chosen = {"value": _thumb(button, more["value"])} if "value" in more else {}
        await self.world.do(
            "click", user=user, action_id=button["action_id"], block_id=button["block"], **where, **chosen
        )

    async def _opens_home(self, user: str, _value: Any, _more: JSON) -> None:
        await self.world.do("home", user=user)

    async def _opens_the_pane(self, user: str, _value: Any, _more: JSON) -> None:
        self.place = await self.world.dm(user)

    async def _uses(self, user: str, callback: str, more: JSON) -> None:
        """A shortcut; `at: message` for one of the latest message's menu."""
        where = {key: self.latest[key] for key in ("channel", "ts")} if more.get("at") == "message" else {}
        await self.world.do("shortcut", user=user, callback_id=callback, **where)

    async def _searches(self, user: str, text: str, more: JSON) -> None:
        """What an external select offers."""
        view = await self._view(user, "window")
        found = await self.world.do(
            "options", user=user, view_id=view["id"], action_id=more["field"], value=text
        )
        labels = [option["text"]["text"] for option in found["options"]]
        _compare(json.dumps(labels, ensure_ascii=False), more.get("offered", []), more.get("not offered", []))

    async def _submits(self, user: str, values: Mapping[str, Any], more: JSON) -> None:
        view = await self._view(user, "window")
        answer = await self.world.do("submit", user=user, view_id=view["id"], values=values)
        _compare(json.dumps(answer.get("errors") or {}, ensure_ascii=False), more.get("errors", []))
        if "errors" not in more and answer.get("errors"):
            raise Unlike(f"errors: {answer['errors']}")

    async def _stops(self, user: str, _value: Any, _more: JSON) -> None:
        await self.world.do("stop", user=user, channel=self.place, thread_ts=self.thread)

    # --- what people see ---
    async def _sees(self, user: str, wanted: Any, more: JSON) -> None:
        """The app's next message as she sees it."""
        self.latest = await self._next(user)
        _compare(_all_of(self.latest), wanted, more.get("not", []))
        _compare(json.dumps(_labels(self.latest), ensure_ascii=False), more.get("buttons", []))
        if "alone" in more and bool(self.latest.get("ephemeral")) != more["alone"]:
            raise Unlike(f"alone: {self.latest.get('ephemeral')}")
        if "threaded" in more and (self.latest.get("thread_ts") is not None) != more["threaded"]:
            raise Unlike(f"threaded: {self.latest.get('thread_ts')}")

    async def _sees_nothing(self, user: str, _value: Any, _more: JSON) -> None:
        await asyncio.sleep(0.3)
        found, seen = await self._shown(user)
        if len(found) > seen:
            raise Unlike(f"saw {found[seen]['text']!r}")

    async def _sees_home(self, user: str, wanted: Any, more: JSON) -> None:
        await self._until(lambda: self._view(user, "home"), wanted, more)

    async def _sees_window(self, user: str, wanted: Any, more: JSON) -> None:
        await self._until(lambda: self._view(user, "window"), wanted, more)

    async def _sees_no_window(self, user: str, _value: Any, _more: JSON) -> None:
        if (await self.world.do_get("views", user=user))["views"]:
            raise Unlike("a window is open")

    async def _sees_prompts(self, user: str, wanted: Any, _more: JSON) -> None:
        async def prompts() -> JSON:
            state = await self.world.do_get("state", viewer=user)
            return dict(state["prompts"].get(self.place) or {})

        await self._until(prompts, wanted, {})

    async def _downloads(self, user: str, wanted: str, _more: JSON) -> None:
        """The latest message's file, by the pattern of its name."""
        file = (self.latest.get("files") or [{}])[0]
        if not re.search(wanted, str(file.get("name"))):
            raise Unlike(f"the file is {file.get('name')}")
        content = await self.world.file(str(file["id"]), user)
        if not content:
            raise Unlike("the file is empty")

    # --- inside ---
    async def _shown(self, user: str) -> tuple[list[JSON], int]:
        found = await self.world.messages(self.place, viewer=user)
        return found, self.seen.get((self.place, user), 0)

    async def _next(self, user: str) -> JSON:
        async with asyncio.timeout(PATIENCE):
            while True:
                found, seen = await self._shown(user)
                if len(found) > seen and not found[seen].get("streaming"):
                    self.seen[self.place, user] = seen + 1
                    return found[seen]
                await asyncio.sleep(0.02)

    async def _view(self, user: str, which: str) -> JSON:
        held = await self.world.do_get("views", user=user)
        view = held["home"] if which == "home" else (held["views"] or [None])[-1]
        return dict(view or {})

    async def _until(self, look: Any, wanted: Any, more: JSON) -> None:
        """Home and windows change in place: waits until they say what is wanted."""
        last: Exception = TimeoutError()
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    try:
                        _compare(_all_of(await look()), wanted, more.get("not", []))
                        return
                    except Unlike as unlike:
                        last = unlike
                        await asyncio.sleep(0.05)
        except TimeoutError:
            raise Unlike(str(last)) from last


def _all_of(shown: Mapping[str, Any]) -> str:
    """All that a message or view says, in one line."""
    return json.dumps(shown, ensure_ascii=False)


def _compare(said: str, wanted: Any, unwanted: Any = ()) -> None:
    for pattern in [wanted] if isinstance(wanted, str) else wanted:
        if not re.search(pattern, said):
            raise Unlike(f"no {pattern!r} in {said[:1500]}")
    for pattern in [unwanted] if isinstance(unwanted, str) else unwanted:
        if re.search(pattern, said):
            raise Unlike(f"{pattern!r} in {said[:1500]}")


def _labels(message: Mapping[str, Any]) -> list[str]:
    return [str(each["text"]["text"]) for each in buttons(dict(message))]


def _thumb(element: JSON, value: Any) -> Any:
    """The value of a thumb, which carries the answer's key; any other value as it is."""
    named = {"good": "positive_button", "bad": "negative_button"}
    which = named.get(str(value), "")
    return element[which]["value"] if which in element else value


def _button(blocks: Sequence[Mapping[str, Any]], label: str) -> JSON:
    """By what it says, or by its action_id."""
    for block in blocks:
        for element in [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]:
            text = (element.get("text") or {}).get("text") if isinstance(element.get("text"), dict) else None
            if label in (text, element.get("action_id")):
                return {**element, "block": block.get("block_id")}
    raise Unlike(f"there is no button {label!r}")


__all__ = ["BOT", "Script", "Talk", "Unlike", "scripts"]
