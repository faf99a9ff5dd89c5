"""The sections of config.yaml, one class each, with their defaults and what they refuse. Reads no file."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.llm.where import address_of, lacks, stays_here
from db.credit_rules import DEFAULT_RULES, CreditRules, Rule
from db.reminder_rules import Reminding
from db.trail.seal import EVERY, KeyFault, keys_of
from skills.contract import Role

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
    "SMTP_PASSWORD": ("mail", "password"),
    "SFTP_KEY": ("sftp", "key"),
    "SFTP_PASSPHRASE": ("sftp", "passphrase"),
    "MESSAGES_TOKEN": ("reminders", "token"),
}


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agency(Section):
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


class Database(Section):
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


class Slack(Section):
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


class ChannelScope(Section):
    """What a channel may show: codes of clients and campaigns, and the finest owner told apart."""

    clients: tuple[str, ...] | None = None
    campaigns: tuple[str, ...] | None = None
    finest: Literal["agent", "supervisor", "campaign", "client"] = "agent"


class Channels(Section):
    unregistered: Literal["asker", "refuse"] = "asker"
    registered: dict[str, ChannelScope] = Field(default_factory=dict)


class Approval(Section):
    """What one person may do alone; beyond it somebody else of these roles agrees first."""

    accounts: int = Field(ge=0)
    amount: Decimal = Field(ge=0)  # pesos
    by: tuple[Role, ...] = Field(min_length=1)


class Writes(Section):
    """How long a proposal waits for its yes, and from what size on an action needs a second person."""

    minutes: int = Field(default=30, ge=1, le=24 * 60)
    approvals: dict[str, Approval] = Field(default_factory=dict)


class Reading(Section):
    max_chars: int = Field(default=2000, ge=1)


class Llm(Section):
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


class Limits(Section):
    workers: int = Field(default=8, ge=1, le=64)


class Keep(Section):
    """How long what is sensitive stays where people can see it."""

    account_messages_hours: int = Field(default=24, ge=1)  # messages that show an account's data
    files_hours: int = Field(default=168, ge=1)  # workbooks and images shared in Slack
    link_minutes: int = Field(default=15, ge=1, le=1440)  # a link to a document


class Audit(Section):
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


class Mail(Section):
    """The server that takes the reports that leave by mail; none named, none leave."""

    host: str | None = None
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca: Path | None = None  # a certificate authority of one's own; none: those that the system trusts
    user: str | None = None
    password: SecretStr | None = None
    sender: str = "Cartera <cartera@localhost>"
    timeout: float = Field(default=30, gt=0, le=300)

    @model_validator(mode="after")
    def _sealed(self) -> "Mail":
        if self.security == "none" and self.host not in (None, "localhost", "127.0.0.1", "::1"):
            raise ValueError("`security: none` only to this machine: what is sent holds accounts")
        return self


class SshServer(Section):
    """Where a recipient takes files by SFTP. `host_key`: its public key, and no other server is spoken to."""

    host: str
    port: int = Field(default=22, ge=1, le=65535)
    user: str
    host_key: str
    timeout: float = Field(default=120, gt=0, le=900)  # seconds for the whole delivery

    @field_validator("host_key")
    @classmethod
    def _public(cls, given: str) -> str:
        try:
            load_ssh_public_key(given.encode())
        except (ValueError, UnsupportedAlgorithm):
            raise ValueError("no public key: its kind and itself, as `ssh-keyscan HOST` says") from None
        return given


class Sftp(Section):
    """The servers that take reports by SFTP, and this agency's key for all of them."""

    key: Path | None = None  # the private key's file
    passphrase: SecretStr | None = None
    servers: dict[str, SshServer] = Field(default_factory=dict)


class Reminders(Reminding):
    """Messages to debtors: texts, ways out, and the token that gateways know this agency by."""

    token: SecretStr | None = None

    def called(self, agency: str) -> Reminding:
        """For those who need no secret."""
        known = {name: getattr(self, name) for name in Reminding.model_fields}
        return Reminding.model_construct(**{**known, "agency": self.agency or agency})


class Operations(Section):
    """How the product is watched: its log, its address on this machine, what is too old or too full."""

    port: int | None = Field(default=None, ge=0, le=65535)  # of /healthz, /readyz and /metrics; 0 = any free
    logs: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "warning"
    outbox_minutes: int = Field(default=10, ge=1)  # how long a message may wait for Slack
    clock_seconds: int = Field(default=5, ge=1)  # how far this machine's clock may be from Slack's
    disk_gb: float = Field(default=1.0, ge=0)  # free, where the database lies


class Credit(Section):
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
