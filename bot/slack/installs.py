"""Workspaces that installed the app, and installations under way. Tokens lie sealed; knows no HTTP."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.slack.vault import Vault
from db.engine import reading, writing
from db.tables.house import installations, oauth_states

STATE_LIFE = timedelta(minutes=10)
MOST_STATES = 1000  # anybody may open the page that begins an installation


class TooMany(Exception):
    """So many installations are under way that nobody honest began them."""


@dataclass(frozen=True)
class Installation:
    team: str
    name: str
    bot_user: str
    token: str
    scopes: str  # comma-separated, as Slack gives them
    installed_by: str | None
    installed_at: datetime

    def __repr__(self) -> str:
        return f"Installation({self.team})"  # whoever prints one must not print its token


@dataclass(frozen=True)
class Installs:
    engine: Engine
    vault: Vault

    def save(self, installation: Installation) -> None:
        """Installed again, a workspace is as new."""
        row = {**vars(installation), "token": self.vault.seal(installation.token), "revoked_at": None}
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        change = insert(installations).values(**row)
        with writing(self.engine) as connection:
            connection.execute(change.on_conflict_do_update(index_elements=["team"], set_=row))

    def find(self, team: str) -> Installation | None:
        here = (installations.c.team == team) & installations.c.revoked_at.is_(None)
        with reading(self.engine) as connection:
            row = connection.execute(select(installations).where(here)).mappings().first()
        if row is None:
            return None
        kept = {name: value for name, value in row.items() if name not in ("token", "revoked_at")}
        return Installation(token=self.vault.unseal(row["token"]), **kept)

    def revoke(self, team: str, at: datetime) -> None:
        """Forgets the token. Word of an uninstallation may come late: it says nothing of what came after."""
        mine = (installations.c.team == team) & (installations.c.installed_at <= at)
        with writing(self.engine) as connection:
            connection.execute(update(installations).where(mine).values(token="", revoked_at=at))

    def teams(self) -> list[str]:
        """Those that have the app now."""
        installed = select(installations.c.team).where(installations.c.revoked_at.is_(None))
        with reading(self.engine) as connection:
            return list(connection.execute(installed.order_by(installations.c.team)).scalars())

    def check(self) -> None:
        """At the start: every token opens, and is sealed under the newest key. Raises KeyFault."""
        held = select(installations.c.team, installations.c.token).where(installations.c.revoked_at.is_(None))
        with writing(self.engine) as connection:
            for team, sealed in connection.execute(held).all():
                renewed = self.vault.renewed(sealed)
                if renewed is not None:
                    mine = installations.c.team == team
                    connection.execute(update(installations).where(mine).values(token=renewed))

    def make_state(self, now: datetime) -> tuple[str, str]:
        """A state for Slack to bring back, a cookie for the browser that must bring it. Raises TooMany."""
        state, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        row = {"digest": _digest(state), "browser": _digest(cookie), "expires_at": now + STATE_LIFE}
        with writing(self.engine) as connection:
            connection.execute(delete(oauth_states).where(oauth_states.c.expires_at <= now))
            if connection.execute(select(func.count()).select_from(oauth_states)).scalar_one() >= MOST_STATES:
                raise TooMany
            connection.execute(oauth_states.insert().values(**row))
        return state, cookie

    def use_state(self, state: str, cookie: str, now: datetime) -> bool:
        """True once: of several that come with the same state, one takes the row out."""
        mine = (oauth_states.c.digest == _digest(state)) & (oauth_states.c.browser == _digest(cookie))
        fresh = mine & (oauth_states.c.expires_at > now)
        with writing(self.engine) as connection:
            taken = connection.execute(delete(oauth_states).where(fresh).returning(oauth_states.c.digest))
            return taken.first() is not None


def _digest(secret: str) -> str:
    """The database holds nothing that could be sent back to us."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
