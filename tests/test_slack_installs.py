"""Installations at rest: sealed, opened by the right keys alone, forgotten once the app is taken out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Engine, select

from bot.settings import Settings
from bot.slack.faults import CannotServe
from bot.slack.granted import MINUTE, Granted, authorizing
from bot.slack.installs import Installation, Installs
from bot.slack.oauth import open_installs
from bot.slack.turns import Pool
from bot.slack.vault import KeyFault, Vault
from db.engine import open_engine, writing
from db.tables.house import installations
from tests.slack_installing import KEY, TEXTS, browsing, office, settings
from tests.slack_requests import event, posted

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOKEN = "xoxb-the-token-nobody-may-read"
OTHER = Fernet.generate_key().decode()


def installed(team: str = "T1", token: str = TOKEN, at: datetime = AT) -> Installation:
    return Installation(team, "Agencia", "UCARTERA", token, "chat:write", "U11", at)


@pytest.fixture
def installs(engine: Engine) -> Installs:
    return Installs(engine, Vault(KEY))


def test_what_is_saved_is_found(installs: Installs) -> None:
    installs.save(installed())
    assert installs.find("T1") == installed()
    assert (installs.find("T2"), installs.teams()) == (None, ["T1"])
    installs.save(installed(token="xoxb-of-today", at=AT + timedelta(days=1)))
    assert (installs.find("T1"), installs.teams()) == (
        installed(token="xoxb-of-today", at=AT + timedelta(days=1)),
        ["T1"],
    )


def test_the_table_holds_no_token(installs: Installs) -> None:
    installs.save(installed())
    with installs.engine.connect() as connection:
        (row,) = connection.execute(select(installations)).all()
    assert TOKEN not in repr(row)
    assert Vault(KEY).unseal(row.token) == TOKEN


@pytest.mark.parametrize(("sealed", "found"), [(True, False), (False, True)])
def test_the_files_hold_no_byte_of_it(tmp_path: Path, sealed: bool, found: bool) -> None:
    """Sealed, nothing; as the other row shows, the search would find it."""
    engine = open_engine(f"sqlite:///{tmp_path / 'cartera.db'}")
    installations.create(engine)
    if sealed:
        Installs(engine, Vault(KEY)).save(installed())
    else:
        with writing(engine) as connection:
            connection.execute(installations.insert().values(**vars(installed())))
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    engine.dispose()
    assert any(TOKEN.encode() in content for content in files) == found


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys",
    ["", " ", "secret", KEY[:-4], f"{KEY},", f"{KEY},secret", "ñ" * 44, KEY + "\n=\x00"],
    ids=lambda _: "keys",
)
def test_keys_that_are_none(keys: str) -> None:
    with pytest.raises(KeyFault) as raised:
        Vault(keys)
    assert raised.value.key == "http.keys_malformed"


@pytest.mark.parametrize("sealed", ["", "xoxb-in-clear", "gAAAAA" + "A" * 90])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(KeyFault):
        Vault(KEY).unseal(sealed)


def refusal(engine: Engine, **more: Any) -> str:
    """The sentence the bot does not start with."""
    given: Settings = settings(**more)
    with pytest.raises(CannotServe) as raised:
        open_installs(given, engine, TEXTS)
    return str(raised.value)


def test_a_wrong_key_is_refused_at_the_start(engine: Engine, installs: Installs) -> None:
    installs.save(installed())
    assert refusal(engine, keys=SecretStr(OTHER)) == TEXTS.say("es", "http.keys_wrong")
    assert refusal(engine, keys=SecretStr("x")) == TEXTS.say("es", "http.keys_malformed")
    assert refusal(engine, keys=None) == TEXTS.say("es", "http.keys_malformed")
    assert open_installs(settings(), engine, TEXTS).teams() == ["T1"]


@pytest.mark.parametrize(
    "url", [None, "", "http://cartera.example.mx", "ftp://127.0.0.1", "cartera.example.mx"]
)
def test_codes_travel_encrypted_or_not_at_all(engine: Engine, url: str | None) -> None:
    assert refusal(engine, public_url=url) == TEXTS.say("es", "http.no_public_url")


def test_nobody_on_the_list(engine: Engine) -> None:
    assert refusal(engine, teams=()) == TEXTS.say("es", "http.no_teams")


def test_keys_are_changed_without_installing_again(engine: Engine, installs: Installs) -> None:
    installs.save(installed())
    both = open_installs(settings(keys=SecretStr(f"{OTHER},{KEY}")), engine, TEXTS)
    assert both.find("T1") == installed()
    newest = open_installs(settings(keys=SecretStr(OTHER)), engine, TEXTS)  # the old one may go
    assert newest.find("T1") == installed()


# --- gone -----------------------------------------------------------------------------------------


def test_revoked_the_token_is_gone_for_good(installs: Installs) -> None:
    installs.save(installed())
    installs.save(installed("T2"))
    installs.revoke("T1", AT + timedelta(hours=1))
    assert (installs.find("T1"), installs.teams()) == (None, ["T2"])
    with installs.engine.connect() as connection:
        kept = connection.execute(select(installations.c.token).where(installations.c.team == "T1")).scalar()
    assert kept == ""


def test_late_word_of_an_uninstallation_says_nothing_of_a_new_one(installs: Installs) -> None:
    installs.save(installed(at=AT + timedelta(minutes=5)))
    installs.revoke("T1", AT)
    assert installs.find("T1") is not None


async def test_installations_are_read_once_a_minute(installs: Installs) -> None:
    now, pool = [0.0], Pool(2)
    granted = Granted(installs, pool, ("T1",), lambda: now[0])
    assert await granted.of("T1") is None
    installs.save(installed())
    assert await granted.of("T1") == installed()  # that there is none is not kept
    installs.revoke("T1", AT)  # by another replica
    now[0] = MINUTE - 1
    assert await granted.of("T1") is not None
    now[0] = MINUTE
    assert await granted.of("T1") is None
    pool.close()


async def test_revoked_here_it_is_gone_at_once(installs: Installs) -> None:
    pool = Pool(2)
    granted = Granted(installs, pool, ("T1",))
    installs.save(installed())
    assert await granted.credentials("T1") is not None
    await granted.revoke("T1", AT)
    assert (await granted.credentials("T1"), await authorizing(granted)("T1")) == (None, None)
    pool.close()


async def test_revoked_while_it_is_read_it_is_not_kept(installs: Installs) -> None:
    class Interrupted(Installs):
        def find(self, team: str) -> Installation | None:
            found = super().find(team)
            granted.forget(team)
            return found

    pool = Pool(2)
    installs.save(installed())
    granted = Granted(Interrupted(installs.engine, installs.vault), pool, ("T1",))
    await granted.of("T1")
    installs.revoke("T1", AT)
    assert await granted.of("T1") is None
    pool.close()


async def test_off_the_list_a_workspace_is_served_no_more(installs: Installs) -> None:
    pool = Pool(2)
    installs.save(installed())
    assert await Granted(installs, pool, ("T2",)).of("T1") is None
    pool.close()


async def test_bolt_is_told_which_token(installs: Installs) -> None:
    pool = Pool(2)
    installs.save(installed())
    authorize = authorizing(Granted(installs, pool, ("T1",)))
    result = await authorize("T1")
    assert (result.bot_token, result.bot_user_id, result.team_id) == (TOKEN, "UCARTERA", "T1")
    assert await authorize(None) is None
    pool.close()


async def test_a_persons_own_token_is_none_of_ours(engine: Engine) -> None:
    async with office(engine) as at, browsing() as browser:
        await browser.get(await browser.consent(at.door))
        for tokens, left in (({"oauth": ["U11"]}, ["T1"]), ({"oauth": [], "bot": ["UCARTERA"]}, [])):
            gone = {**event(), "event": {"type": "tokens_revoked", "tokens": tokens}}
            gone["event_time"] = int(at.now().timestamp()) + 1
            assert await at.door.send(posted(gone)) == 200
            assert at.installs.teams() == left


async def test_bolts_own_installer_stays_out_of_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of ours in the process's environment have Bolt set up an installer of its own."""
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "of-the-environment")
    async with office(engine) as at, browsing() as browser:
        await browser.get(await browser.consent(at.door))
        assert await at.door.send(posted(event())) == 200
        assert len(at.replicas[0].heard) == 1
