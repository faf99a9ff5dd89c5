"""Who is behind a Slack user id, as far as Slack knows. Knows no role: that is the desk's to say."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import SLACK_FAULTS, Turned, asked_again
from skills.contract import Language

FRESH = 300.0  # seconds a profile is believed
STALE = 3_600.0  # and while Slack does not answer
MOST = 5_000


@dataclass(frozen=True)
class Profile:
    """`refusal` is the sentence for those who get no figures whoever they are."""

    email: str | None
    language: Language | None
    refusal: str | None = None


class Profiles:
    """Asks Slack once in a while; refuses when it cannot know."""

    def __init__(
        self, client: AsyncWebClient, team_id: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._team, self._clock = client, team_id, clock
        self._known: dict[str, tuple[float, Profile]] = {}
        self._heeded: dict[str, datetime] = {}  # the change of an account that is known already
        self._spoken: dict[str, Language] = {}

    async def of(self, user_id: str, changed: datetime | None = None) -> Profile:
        """`changed`: when Slack last said, to any process, that this account is another. Raises Turned where
        Slack does not say who this is."""
        if changed is not None and self._heeded.get(user_id) != changed:
            self.forget(user_id)
            self._heeded[user_id] = changed
        seen, profile = self._known.get(user_id, (0.0, None))
        age = self._clock() - seen
        if profile is not None and age < FRESH:
            return profile
        try:
            answer = await asked_again(lambda: self._client.users_info(user=user_id, include_locale=True))
        except SLACK_FAULTS as error:
            if profile is not None and age < STALE:
                return profile
            raise Turned("slack.unchecked") from error
        profile = read_profile(answer["user"], self._team)
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)))
        self._known[user_id] = (self._clock(), profile)
        return profile

    def forget(self, user_id: str) -> None:
        """Slack said that this account changed: ask anew, and do not fall back on what was known."""
        self._known.pop(user_id, None)

    def language(self, user_id: str) -> Language | None:
        """How she was last answered, or else what Slack says; without asking anybody."""
        _, profile = self._known.get(user_id, (0.0, None))
        return self._spoken.get(user_id) or (profile.language if profile else None)

    def speaks(self, user_id: str, language: Language) -> None:
        """The agency's record of her language goes before Slack's."""
        if len(self._spoken) >= MOST:
            self._spoken.pop(next(iter(self._spoken)))
        self._spoken[user_id] = language


def read_profile(user: Mapping[str, Any], team_id: str) -> Profile:
    locale = str(user.get("locale") or "")
    language: Language | None = ("en" if locale.startswith("en") else "es") if locale else None
    email = (user.get("profile") or {}).get("email")
    return Profile(email, language, _refusal(user, team_id))


def _refusal(user: Mapping[str, Any], team_id: str) -> str | None:
    if user.get("deleted"):
        return "slack.inactive"
    if any(user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot")):
        return "slack.guest"
    teams = {user.get("team_id"), *(user.get("enterprise_user") or {}).get("teams", ())}
    return None if team_id in teams else "slack.guest"
