"""Reads config.yaml, .env and the environment, once. The only module that knows the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from dotenv import dotenv_values
from pydantic import Field, ValidationError, model_validator
from sqlalchemy.engine import make_url

from bot.overseen import Oversight
from bot.schedule import Schedule
from bot.sections import (
    VARIABLES,
    Agency,
    Audit,
    Channels,
    Credit,
    Database,
    Keep,
    Limits,
    Llm,
    Mail,
    Operations,
    Reading,
    Reminders,
    Section,
    Sftp,
    Slack,
    Writes,
)
from bot.watched import Alerts
from db.law.policy import Policy
from db.retention import Retention
from skills.rules import (
    Agreements,
    Assigning,
    Definitions,
    Fees,
    Freshness,
    Masking,
    Promises,
    Reporting,
    Rules,
    Staffing,
    Targets,
    Unmasking,
)

CONFIG, ENV = "config.yaml", ".env"
SECRETS = {
    "slack": ("bot_token", "app_token", "signing_secret", "signing_secret_before", "client_secret", "keys"),
    "llm": ("api_key",),
    "audit": ("keys",),
    "mail": ("password",),
    "sftp": ("passphrase",),
    "reminders": ("token",),
}


class Settings(Section):
    environment: Literal["demo", "production"] = "demo"
    agency: Agency = Agency()
    database: Database = Database()
    slack: Slack = Slack()
    channels: Channels = Channels()
    reading: Reading = Reading()
    llm: Llm = Llm()
    writes: Writes = Writes()
    limits: Limits = Limits()
    keep: Keep = Keep()
    audit: Audit = Audit()
    credit: Credit = Credit()
    operations: Operations = Operations()
    definitions: Definitions = Definitions()
    fees: Fees = Fees()
    staffing: Staffing = Staffing()
    targets: Targets = Targets()
    freshness: Freshness = Freshness()
    schedules: dict[str, Schedule] = Field(default_factory=dict)
    agreements: Agreements = Agreements()
    assigning: Assigning = Assigning()
    alerts: Alerts = Alerts()
    unmasking: Unmasking = Unmasking()
    masking: Masking = Masking()
    promises: Promises = Promises()
    reports: Reporting = Reporting()
    mail: Mail = Mail()
    sftp: Sftp = Sftp()
    law: Policy = Policy()
    retention: Retention = Retention()
    reminders: Reminders = Reminders()
    oversight: Oversight = Oversight()

    @model_validator(mode="after")
    def _reachable(self) -> "Settings":
        """Whoever is sent reports by SFTP is at a server there is, and there is a key to it."""
        for name, each in self.reports.recipients.items():
            if each.sftp is not None and each.sftp not in self.sftp.servers:
                raise ValueError(f"reports.recipients.{name}: sftp.servers has no {each.sftp}")
            if each.sftp is not None and self.sftp.key is None:
                raise ValueError(f"reports.recipients.{name}: sftp.key is missing")
        return self

    @property
    def rules(self) -> Rules:
        """What the skills are told of all this."""
        return Rules(
            definitions=self.definitions,
            fees=self.fees,
            staffing=self.staffing,
            targets=self.targets,
            freshness=self.freshness,
            agreements=self.agreements,
            assigning=self.assigning,
            alerts=self.alerts,
            unmasking=self.unmasking,
            masking=self.masking,
            promises=self.promises,
            deliveries=tuple(each.delivery(name) for name, each in self.schedules.items()),
            reports=self.reports,
            law=self.law,
            retention=self.retention,
            reminders=self.reminders.called(self.agency.name),
        )


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file the owner of the product can mend."""

    file: str
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.problem}" if self.key else f"{self.file}: {self.problem}"


class SettingsFault(Exception):
    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def load_settings(root: Path = Path("."), env: Mapping[str, str] | None = None) -> Settings:
    """config.yaml, overridden by .env, overridden by the environment. SettingsFault lists all faults."""
    faults: list[Fault] = []
    raw = _config(root / CONFIG, faults)
    origin = _overlay(raw, root, os.environ if env is None else env, faults)
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        faults += [_fault(dict(each), origin) for each in error.errors(include_url=False)]
    if faults:
        raise SettingsFault(faults)
    audit = settings.audit
    if audit.anchor is not None:
        audit = audit.model_copy(update={"anchor": root.resolve() / audit.anchor})
    return settings.model_copy(update={"database": _anchored(settings.database, root), "audit": audit})


def _config(path: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        faults.append(Fault(CONFIG, "", f"not found in {path.parent.resolve()}"))
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.append(Fault(CONFIG, "", " ".join(str(error).split())))
        return {}
    except OSError as error:
        faults.append(Fault(CONFIG, "", f"cannot be read: {error.strerror}"))
        return {}
    if not isinstance(raw, dict):
        faults.append(Fault(CONFIG, "", "expected sections, such as `agency:`"))
        return {}
    for section, keys in SECRETS.items():
        held = raw.get(section)
        for key in keys:
            if isinstance(held, dict) and held.pop(key, None) is not None:
                faults.append(Fault(CONFIG, f"{section}.{key}", f"a secret: it belongs in {ENV}"))
    return raw


def _overlay(
    raw: dict[str, Any], root: Path, env: Mapping[str, str], faults: list[Fault]
) -> dict[tuple[str, ...], tuple[str, str]]:
    """Puts the variables in their sections; returns where each came from, for the faults."""
    stored = _stored(root / ENV, faults)
    faults += [Fault(ENV, key, "unknown variable") for key in stored if key not in VARIABLES]
    origin: dict[tuple[str, ...], tuple[str, str]] = {}
    for variable, place in VARIABLES.items():
        value, source = env.get(variable), "environment"
        if not value:
            value, source = stored.get(variable), ENV
        if not value:
            continue
        section = raw.setdefault(place[0], {})
        if isinstance(section, dict):
            section[place[1]] = value
            origin[place] = (source, variable)
    return origin


def _stored(path: Path, faults: list[Fault]) -> dict[str, str | None]:
    """What .env holds; the problem is said without quoting it, for it holds secrets."""
    if path.is_dir():  # dotenv passes over it in silence
        faults.append(Fault(ENV, "", "is a folder, not a file"))
        return {}
    try:
        return dict(dotenv_values(path, interpolate=False)) if path.exists() else {}
    except UnicodeDecodeError:
        faults.append(Fault(ENV, "", "is not UTF-8 text"))
    except OSError as error:
        faults.append(Fault(ENV, "", f"cannot be read: {error.strerror}"))
    return {}


def _fault(error: dict[str, Any], origin: dict[tuple[str, ...], tuple[str, str]]) -> Fault:
    place = tuple(str(part) for part in error["loc"])
    file, key = origin.get(place, (CONFIG, ".".join(place)))
    problem = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        problem = "unknown key"
    elif error["type"] == "literal_error":
        problem = f"{problem[0].lower()}{problem[1:]}, not {error['input']!r}"
    return Fault(file, key, problem)


def _anchored(database: Database, root: Path) -> Database:
    """A relative SQLite file lies beside config.yaml, wherever the command was typed."""
    url = make_url(database.url)
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:" or Path(name).is_absolute():
        return database
    path = root.resolve() / name
    return Database(url=url.set(database=str(path)).render_as_string(hide_password=False))
