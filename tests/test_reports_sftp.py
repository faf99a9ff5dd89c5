"""A report put on a recipient's SSH server: whole, once, on that very one; or why not, or nobody knows."""

from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine, update

from bot import sftp
from bot.app import App, build
from bot.carriers import Doubtful, NotSent, Sheet
from bot.sections import Sftp, SshServer
from bot.settings import Settings
from db.engine import writing
from db.tables.reference import people
from skills.rules import Recipient, Reporting
from tests.reports_sftp import Site, running
from tests.small import CARO
from tests.test_reports_sent import CEIBA_PACK, Told, agreed, deliver

PACK = [Sheet("cei_semanal_x.xlsx", "application/octet-stream", b"PK" + b"x" * 200_000)]
BOTH = [*PACK, Sheet("cei_semanal_x.pdf", "application/pdf", b"%PDF")]
SECRET = "una frase larga"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[asyncssh.SSHKey, asyncssh.SSHKey, Path]:
    """The server's, ours, and the file that ours is in."""
    ours = asyncssh.generate_private_key("ssh-ed25519")
    path = tmp_path_factory.mktemp("keys") / "sftp_ed25519"
    path.write_bytes(ours.export_private_key())
    return asyncssh.generate_private_key("ssh-ed25519"), ours, path


@pytest.fixture
def site(keys: tuple[asyncssh.SSHKey, asyncssh.SSHKey, Path], tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "site" / "entrada").mkdir(parents=True)
    with running(Site(tmp_path / "site", keys[0], keys[1])) as made:
        yield made


@pytest.fixture
def ours(site: Site, keys: tuple[asyncssh.SSHKey, asyncssh.SSHKey, Path]) -> Sftp:
    return settings_of(site, keys[2])


def settings_of(site: Site, key: Path | None, **server: object) -> Sftp:
    said = {"host": "127.0.0.1", "port": site.port, "user": "cartera", "host_key": site.pinned, "timeout": 10}
    return Sftp(key=key, servers={"ceiba": SshServer.model_validate({**said, **server})})


def arrived(site: Site) -> list[str]:
    return sorted(path.name for path in (site.root / "entrada").iterdir())


def test_it_appears_whole_under_its_own_name_alone(site: Site, ours: Sftp) -> None:
    assert sftp.put(ours, "ceiba", "entrada", PACK).said == PACK[0].name
    assert arrived(site) == [PACK[0].name]
    assert (site.root / "entrada" / PACK[0].name).read_bytes() == PACK[0].content
    sftp.put(ours, "ceiba", "entrada", PACK)
    assert arrived(site) == [PACK[0].name]


def test_a_server_that_knows_only_the_oldest_calls_takes_it_too(site: Site, ours: Sftp) -> None:
    site.plain = True
    sftp.put(ours, "ceiba", "entrada", BOTH)
    assert arrived(site) == sorted(sheet.name for sheet in BOTH)


def test_another_server_in_its_place_is_told_nothing(site: Site, keys: tuple[object, object, Path]) -> None:
    """The same address, another key: as where somebody stands between."""
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    with pytest.raises(NotSent) as no:
        sftp.put(settings_of(site, keys[2], host_key=stranger), "ceiba", "entrada", PACK)
    assert no.value.final
    assert "HostKeyNotVerifiable" in no.value.said
    assert arrived(site) == []


def test_without_the_pin_the_stranger_would_have_it(
    site: Site, keys: tuple[object, object, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: the key of whoever answers is taken on trust."""
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    real = asyncssh.connect
    monkeypatch.setattr(asyncssh, "connect", lambda *a, **more: real(*a, **{**more, "known_hosts": None}))
    sftp.put(settings_of(site, keys[2], host_key=stranger), "ceiba", "entrada", PACK)
    assert arrived(site) == [PACK[0].name]


def test_a_key_it_does_not_know_is_no_way_in(site: Site, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    with pytest.raises(NotSent) as no:
        sftp.put(settings_of(site, other), "ceiba", "entrada", PACK)
    assert (no.value.final, arrived(site)) == (True, [])


def test_a_key_is_opened_by_its_passphrase(
    site: Site, keys: tuple[asyncssh.SSHKey, asyncssh.SSHKey, Path], tmp_path: Path
) -> None:
    sealed = tmp_path / "sealed"
    sealed.write_bytes(
        keys[1].export_private_key(passphrase=SECRET, cipher_name="aes256-cbc", format_name="pkcs8-pem")
    )
    locked = settings_of(site, sealed)
    for wrong in (None, SecretStr("otra")):
        with pytest.raises(NotSent, match="the key cannot be read"):
            sftp.put(locked.model_copy(update={"passphrase": wrong}), "ceiba", "entrada", PACK)
    sftp.put(locked.model_copy(update={"passphrase": SecretStr(SECRET)}), "ceiba", "entrada", PACK)
    assert arrived(site) == [PACK[0].name]


def test_a_folder_that_is_not_there_is_not_made(site: Site, ours: Sftp) -> None:
    with pytest.raises(NotSent) as no:
        sftp.put(ours, "ceiba", "salida", PACK)
    assert no.value.final
    assert not (site.root / "salida").exists()


def test_what_could_not_be_written_is_tried_again(site: Site, ours: Sftp) -> None:
    site.full = True
    with pytest.raises(NotSent) as no:
        sftp.put(ours, "ceiba", "entrada", PACK)
    assert not no.value.final
    assert PACK[0].name not in arrived(site)
    site.full = False
    sftp.put(ours, "ceiba", "entrada", PACK)
    assert arrived(site) == [PACK[0].name]


@pytest.mark.parametrize("when", ["before", "after"])
def test_where_the_line_breaks_over_the_renaming_nobody_knows(site: Site, ours: Sftp, when: str) -> None:
    site.cut = when
    with pytest.raises(Doubtful):
        sftp.put(ours, "ceiba", "entrada", BOTH)
    assert (BOTH[0].name in arrived(site)) == (when == "after")


def test_nobody_there_is_tried_again_later(site: Site, keys: tuple[object, object, Path]) -> None:
    with pytest.raises(NotSent) as no:
        sftp.put(settings_of(site, keys[2], port=1), "ceiba", "entrada", PACK)
    assert not no.value.final


# --- from chat to the other side ----------------------------------------------------------------------


@pytest.fixture
def app(small_own: Engine, ours: Sftp) -> App:
    """Gloria sends, Caro agrees."""
    with writing(small_own) as connection:
        connection.execute(update(people).where(people.c.id == CARO).values(role="director"))
    recipients = {"ceiba": Recipient(client="CEI", sftp="ceiba", folder="entrada")}
    return build(Settings(reports=Reporting(recipients=recipients), sftp=ours), engine=small_own)


def test_a_pack_that_was_agreed_to_is_put_there_once(app: App, site: Site) -> None:
    delivery, told = agreed(app, {**CEIBA_PACK, "to": "folder"}), Told()
    assert (delivery.via, delivery.target) == ("sftp", {"folder": "entrada", "sftp": "ceiba"})
    assert deliver(app, delivery, told) == "sent", told.said
    (name,) = arrived(site)
    assert name.startswith("cei_semanal_")
    assert (site.root / "entrada" / name).read_bytes()[:2] == b"PK"
    assert told.said == [("sent", name)]


def test_a_broken_line_leaves_a_doubt_and_no_second(app: App, site: Site) -> None:
    site.cut = "after"
    delivery, told = agreed(app, {**CEIBA_PACK, "to": "ceiba"}), Told()
    assert deliver(app, delivery, told) == "doubtful"
    assert [state for state, _ in told.said] == ["doubtful"]
    assert len(site.renamed) == 1


# --- config.yaml -----------------------------------------------------------------------------------------


def test_what_cannot_be_reached_is_a_fault_at_the_start(
    site: Site, keys: tuple[object, object, Path]
) -> None:
    there = {"alameda": Recipient(client="ALA", sftp="alameda", folder="x")}
    with pytest.raises(ValidationError, match=r"sftp\.servers has no alameda"):
        Settings(reports=Reporting(recipients=there), sftp=settings_of(site, keys[2]))
    ceiba = {"ceiba": Recipient(client="CEI", sftp="ceiba", folder="x")}
    with pytest.raises(ValidationError, match=r"sftp\.key is missing"):
        Settings(reports=Reporting(recipients=ceiba), sftp=settings_of(site, None))
    with pytest.raises(ValidationError, match="no public key"):
        settings_of(site, keys[2], host_key="ssh-ed25519 AAAA")
    with pytest.raises(ValidationError, match="which folder"):
        Recipient(client="CEI", sftp="ceiba", mail=("a@b.mx",))
