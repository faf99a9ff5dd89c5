"""Reads config.yaml, .env and the environment, once. The only module that knows the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.llm.where import address_of, lacks, stays_here
from db.credit_rules import DEFAULT_RULES, CreditRules, Rule
from db.trail.seal import EVERY, KeyFault, keys_of
from skills.contract import Role
from skills.rules import Definitions, Fees, Freshness, Rules, Staffing, Targets

CONFIG, ENV = "config.yaml", ".env"
# Where each variable lands: (section, key).
VARIABLES = {
    "DATABASE_URL": ("database", "url"),
    "SLACK_BOT_TOKEN": ("slack", "bot_token"),
    "SLACK_APP_TOKEN": ("slack", "app_token"),
    "SLACK_SIGNING_SECRET": ("slack", "signing_secret"),
    "SLACK_SIGNING_SECRET_BEFORE": ("slack", "signing_secret_before"),
    "SLACK_CLIENT_ID": ("slack", "client_id"),
    "SLACK_CLIENT_SECRET": ("slack", "client_secret"),
    "SLACK_API_URL": ("slack", "api_url"),
    "CARTERA_KEYS": ("slack", "keys"),
    "LLM_API_KEY": ("llm", "api_key"),
    "CARTERA_AUDIT_KEYS": ("audit", "keys"),
}
SECRETS = {
    "slack": ("bot_token", "app_token", "signing_secret", "signing_secret_before", "client_secret", "keys"),
    "llm": ("api_key",),
    "audit": ("keys",),
}


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agency(_Section):
    name: str = "Cartera"
    timezone: str = "America/Mexico_City"
    language: Literal["es", "en"] = "es"

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"no such time zone: {name}")
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Database(_Section):
    url: str = Field(default="sqlite:///var/cartera.db", repr=False)

    @field_validator("url")
    @classmethod
    def _readable(cls, url: str) -> str:
        try:
            backend = make_url(url).get_backend_name()
        except ArgumentError:
            raise ValueError("not a database URL") from None
        if backend not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("SQLite or PostgreSQL only")
        return url


class Slack(_Section):
    mode: Literal["socket", "http"] = "socket"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    bot_token: SecretStr | None = None
    app_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    signing_secret_before: SecretStr | None = None  # still accepted while the secret is being changed
    api_url: str | None = None
    public_url: str | None = None  # where Slack and browsers reach this bot: installations and links
    client_id: str | None = None  # given: several workspaces, each installed by OAuth
    client_secret: SecretStr | None = None
    keys: SecretStr | None = None  # Fernet keys, comma-separated, the newest first: tokens at rest
    teams: tuple[str, ...] = ()  # workspaces that may install; none named, none may

    @property
    def by_oauth(self) -> bool:
        """Whether workspaces install the app themselves, instead of one token of ours."""
        return self.client_id is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """Which variables this mode still needs to reach Slack."""
        needed: list[str] = ["client_secret", "keys"] if self.by_oauth else ["bot_token"]
        needed.append("app_token" if self.mode == "socket" else "signing_secret")
        names = {key: variable for variable, (_, key) in VARIABLES.items()}
        return tuple(names[key] for key in needed if getattr(self, key) is None)


class ChannelScope(_Section):
    """What a channel may show: codes of clients and campaigns, and the finest owner told apart."""

    clients: tuple[str, ...] | None = None
    campaigns: tuple[str, ...] | None = None
    finest: Literal["agent", "supervisor", "campaign", "client"] = "agent"


class Channels(_Section):
    unregistered: Literal["asker", "refuse"] = "asker"
    registered: dict[str, ChannelScope] = Field(default_factory=dict)


class Approval(_Section):
    """What one person may do alone; beyond it somebody else of these roles agrees first."""

    accounts: int = Field(ge=0)
    amount: Decimal = Field(ge=0)  # pesos
    by: tuple[Role, ...] = Field(min_length=1)


class Writes(_Section):
    """How long a proposal waits for its yes, and from what size on an action needs a second person."""

    minutes: int = Field(default=30, ge=1, le=24 * 60)
    approvals: dict[str, Approval] = Field(default_factory=dict)


class Reading(_Section):
    max_chars: int = Field(default=2000, ge=1)


class Llm(_Section):
    """The second reader: a language model that is asked where the reader would ask back. Off unless named."""

    model: str | None = None  # provider:name, such as openai:gpt-5.5 or ollama:qwen3
    base_url: str | None = None  # any server that speaks that provider's protocol
    api_key: SecretStr | None = None
    external: bool = False  # whether words may leave this machine and its private network
    mode: Literal["residue", "always"] = "residue"
    readings: Literal["confirm", "answer"] = "confirm"
    narrator: bool = False
    timeout: float = Field(default=8, gt=0, le=60)  # seconds a person waits for it, a retry included
    max_retries: int = Field(default=1, ge=0, le=3)
    calls_a_day: int = Field(default=500, ge=0)
    tokens_a_day: int = Field(default=1_000_000, ge=0)

    @field_validator("model", mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        """In YAML `off` is a no."""
        if given in (False, None, "off", ""):
            return None
        if wrong := lacks(str(given)):
            raise ValueError(wrong)
        return given

    @model_validator(mode="after")
    def _near(self) -> "Llm":
        if self.model and not self.external and not stays_here(address_of(self.model, self.base_url)):
            raise ValueError(
                f"{self.base_url or self.model} is not on this machine or a private network: "
                "what people type would leave it. Say `external: true` to allow that"
            )
        return self


class Limits(_Section):
    workers: int = Field(default=8, ge=1, le=64)


class Keep(_Section):
    """How long what is sensitive stays where people can see it."""

    account_messages_hours: int = Field(default=24, ge=1)  # messages that show an account's data
    files_hours: int = Field(default=168, ge=1)  # workbooks and images shared in Slack
    link_minutes: int = Field(default=15, ge=1, le=1440)  # a link to a document


class Audit(_Section):
    """The record of what was asked and done: the keys that seal it, and its anchor outside the database."""

    keys: SecretStr | None = None  # as slack.keys; none: a file beside the database
    anchor: Path | None = None  # none: beside the database, where whoever replaces that may replace it too
    every: int = Field(default=EVERY, ge=1, le=10_000)  # rows between two anchors

    @field_validator("keys")
    @classmethod
    def _whole(cls, given: SecretStr | None) -> SecretStr | None:
        try:
            if given is not None:
                keys_of(given.get_secret_value())
        except KeyFault:
            raise ValueError("not keys: make one as .env.example says; commas between several") from None
        return given


class Credit(_Section):
    """Whose a payment is: the first rule of `order` that names somebody (db/credit_rules.py)."""

    order: tuple[Rule, ...] = DEFAULT_RULES.order
    rpc_days: int = Field(default=DEFAULT_RULES.rpc_days, ge=0, le=365)

    @field_validator("order")
    @classmethod
    def _each_once(cls, order: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if len(set(order)) < len(order):
            raise ValueError("each rule once")
        return order

    @property
    def rules(self) -> CreditRules:
        return CreditRules(self.order, self.rpc_days)


class Settings(_Section):
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
    definitions: Definitions = Definitions()
    fees: Fees = Fees()
    staffing: Staffing = Staffing()
    targets: Targets = Targets()
    freshness: Freshness = Freshness()

    @property
    def rules(self) -> Rules:
        """What the skills are told of all this."""
        return Rules(
            definitions=self.definitions,
            fees=self.fees,
            staffing=self.staffing,
            targets=self.targets,
            freshness=self.freshness,
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
