"""A person's hands on Home, shortcuts and modals, for the tests of the surfaces: over the control API."""

import asyncio
import json
from typing import Any

from localslack.blockkit import check_view
from tests.slack_world import JSON, World

MADE_BY_SLACK = ("type", "title", "submit", "close", "blocks", "private_metadata", "callback_id")


class Hands:
    """One person at a world. Every view seen is checked against Slack's rules for its surface."""

    def __init__(self, slack: World, user: str) -> None:
        self.slack, self.user = slack, user

    async def _see(self) -> JSON:
        url = f"{self.slack.server.url}/control/views"
        async with self.slack.http.get(url, params={"user": self.user}) as answer:
            return dict(await answer.json())

    async def home(self, holding: str = "") -> JSON:
        """Opens the Home tab and waits until it says so."""
        await self.slack.do("home", user=self.user)
        return await self._until("home", holding)

    async def shortcut(self, callback_id: str, holding: str, **where: Any) -> JSON:
        await self.slack.do("shortcut", user=self.user, callback_id=callback_id, **where)
        return await self.view(holding)

    async def slash(self, text: str, channel: str) -> JSON:
        return await self.slack.do("slash", user=self.user, channel=channel, command="/cartera", text=text)

    async def view(self, holding: str = "") -> JSON:
        """The modal on top, once it says so."""
        return await self._until("views", holding)

    async def views(self) -> list[JSON]:
        return list((await self._see())["views"])

    async def _until(self, what: str, holding: str) -> JSON:
        found: Any = None
        try:
            async with asyncio.timeout(10):
                while True:
                    seen = (await self._see())[what]
                    found = (seen[-1] if seen else None) if what == "views" else seen
                    if found is not None and holding in said(found):
                        break
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{holding!r} never came: {found and said(found)}") from None
        drawn = {key: found[key] for key in MADE_BY_SLACK if found.get(key)}
        assert check_view(drawn) == []
        return dict(found)

    async def press(self, view: JSON, action_id: str, value: Any = None) -> JSON:
        """A button, or a choice the bot hears of at once."""
        more = {} if value is None else {"value": value}
        return await self.slack.do("click", user=self.user, view_id=view["id"], action_id=action_id, **more)

    async def options(self, view: JSON, action_id: str, typed: str) -> list[JSON]:
        """What an external select offers."""
        found = await self.slack.do(
            "options", user=self.user, view_id=view["id"], action_id=action_id, value=typed
        )
        return list(found["options"])

    async def submit(self, view: JSON, **values: Any) -> JSON:
        return await self.slack.do("submit", user=self.user, view_id=view["id"], values=values)


def said(view: JSON) -> str:
    return json.dumps(view.get("blocks", []), ensure_ascii=False)


def blocks_of(view: JSON) -> list[str]:
    return [str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"]


def option_values(view: JSON, block_id: str) -> list[str]:
    (block,) = [each for each in view["blocks"] if each["block_id"] == block_id]
    return [str(option["value"]) for option in block["element"]["options"]]


def shown_texts(options: list[JSON]) -> list[str]:
    return [str(option["text"]["text"]) for option in options]
