"""What an agency chooses about its own numbers, as config.yaml writes it. Knows no file and no table."""

import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from db.law.policy import Policy
from db.reminder_rules import Reminding
from db.retention import Retention

_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Definitions(_Rules):
    """Which of a metric's definitions its bare name means: the agency's, and a creditor's own by its code."""

    agency: Mapping[str, str] = Field(default_factory=dict)  # metric -> variant
    clients: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)

    def of(self, metric: str, client: str | None = None) -> str | None:
        own = self.clients.get(client, {}) if client else {}
        return own.get(metric) or self.agency.get(metric)


class Fees(_Rules):
    """marginal: each peso at its own tier's rate. retroactive: reaching a tier re-prices the whole month."""

    tiers: Literal["marginal", "retroactive"] = "marginal"


class Staffing(_Rules):
    """What agents are reckoned with. `shrinkage` None: as measured (1 - productive / paid time)."""

    intensity: float = Field(default=1.5, gt=0, le=20)  # attempts an account and business day
    hours: float = Field(default=8, gt=0, le=12)  # of a shift
    shrinkage: float | None = Field(default=None, ge=0, lt=0.9)
    occupancy_cap: float = Field(default=0.85, gt=0, le=1)


class Targets(_Rules):
    """learnt: a target falls due as money usually comes in. business_days: the same each business day."""

    season: Literal["learnt", "business_days"] = "learnt"


class Freshness(_Rules):
    """The age, in business days, that each source promises not to pass; an older one is said first."""

    positions: int = Field(default=7, ge=0, le=60)
    payments: int = Field(default=1, ge=0, le=60)
    contacts: int = Field(default=1, ge=0, le=60)
    promises: int = Field(default=1, ge=0, le=60)


class Authority(_Rules):
    """What one role may waive and for how many instalments: its share of interest and charges and its share
    of principal come to one amount. `clients` (codes), `buckets` and `products` that are named narrow it to
    those. `second`: somebody else of that authority agrees as well; `reason`: why has to be said."""

    role: Literal["agent", "supervisor", "manager", "director"]
    accessory: Decimal = Field(default=Decimal(0), ge=0, le=1)  # of interest, late interest and charges
    principal: Decimal = Field(default=Decimal(0), ge=0, le=1)
    installments: int = Field(default=1, ge=1, le=120)
    second: bool = False
    reason: bool = False
    clients: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


AUTHORITY = (
    Authority(role="agent", accessory=Decimal("0.10"), installments=3),
    Authority(
        role="supervisor",
        accessory=Decimal("0.30"),
        principal=Decimal("0.10"),
        installments=6,
        reason=True,
    ),
    *(
        Authority(
            role=role,
            accessory=Decimal("0.50"),
            principal=Decimal("0.25"),
            installments=12,
            second=True,
            reason=True,
        )
        for role in ("manager", "director")
    ),
)


class Agreements(_Rules):
    """Terms of what is agreed in chat. Of a role's entries the first that fits the account counts."""

    authority: tuple[Authority, ...] = AUTHORITY
    first_within_days: int = Field(default=15, ge=0, le=90)  # the first payment, from today
    offer_days: int = Field(default=5, ge=0, le=90)  # an offer holds so long after its first payment is due
    letterhead: tuple[str, ...] = ()  # the agency's name, address, phone and persons in charge, on letters


class Assigning(_Rules):
    """Who may be given a client's accounts: whoever holds a valid certificate of its course; and how far
    ahead accounts may be lent."""

    certificates: Mapping[str, str] = Field(default_factory=dict)  # client code -> course
    most_days: int = Field(default=92, ge=1, le=366)


class Unmasking(_Rules):
    """Who may see a debtor's whole name and phones, one account at a time, and how many in a day."""

    roles: tuple[Literal["agent", "supervisor", "manager", "compliance", "quality"], ...] = (
        *("agent", "supervisor", "manager", "compliance"),
    )
    a_day: int = Field(default=20, ge=0, le=1000)


class Masking(_Rules):
    """How many cases a group needs to be shown in a channel that anybody may join; 0: any."""

    fewest: int = Field(default=5, ge=0, le=100)


class Alerting(_Rules):
    """How an alert treats people: how long it waits for them, and when it leaves them alone."""

    acknowledged_hours: int = Field(default=4, ge=1, le=168)  # then it asks again
    escalate_minutes: int = Field(default=60, ge=5, le=7 * 24 * 60)  # unattended so long, somebody else hears
    escalate_to: tuple[str, ...] = ("manager", "director")  # of those who see the whole agency
    quiet_from: time | None = time(20)  # nobody is told from here ...
    quiet_to: time = time(8)  # ... to here, but of what is urgent
    digest_from: int = Field(default=4, ge=2, le=50)  # so many at once for one person are told in one message


class Delivery(_Rules):
    """What config.yaml has sent by the clock: what, to whom, when. `key`: its name among the ticks."""

    key: str
    request: Mapping[str, Mapping[str, Any]]
    person: str | None = None  # by employee number: the receiver, or in whose right a channel is told
    role: str | None = None
    channel: str | None = None
    days: frozenset[int]
    at: time
    zone: str | None = None


class Promises(_Rules):
    """How many days ahead a promise may fall due: the agency's, and a creditor's own by its code."""

    days: int = Field(default=30, ge=0, le=366)
    clients: Mapping[str, int] = Field(default_factory=dict)

    def most_days(self, client: str) -> int:
        return self.clients.get(client, self.days)


class Recipient(_Rules):
    """Where a report may go: addresses, a folder below `Reporting.root`, or one at an SFTP server.
    `client` (a code): its own, sent its own pack and nothing else; none: the agency's own people, sent no
    account."""

    client: str | None = None
    mail: tuple[str, ...] = ()
    folder: str | None = None
    sftp: str | None = None  # the folder is there, below where one comes in

    @field_validator("mail")
    @classmethod
    def _addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for each in given:
            if not _ADDRESS.fullmatch(each):
                raise ValueError(f"no mail address: {each}")
        return given

    @field_validator("folder")
    @classmethod
    def _below(cls, given: str | None) -> str | None:
        if given is not None and (not given.strip() or given[0] in "/~\\" or ".." in given.split("/")):
            raise ValueError("a folder below `root`, or below where one comes in")
        return given

    @model_validator(mode="after")
    def _one_way(self) -> "Recipient":
        if bool(self.mail) == bool(self.folder):
            raise ValueError("one of mail and folder")
        if self.sftp is not None and self.folder is None:
            raise ValueError("which folder, by sftp?")
        return self

    @property
    def way(self) -> Literal["mail", "folder", "sftp"]:
        return "mail" if self.mail else "sftp" if self.sftp else "folder"

    @property
    def target(self) -> dict[str, Any]:
        """Where exactly, as it is agreed to and written down."""
        if self.mail:
            return {"mail": list(self.mail)}
        return {"folder": self.folder} | ({"sftp": self.sftp} if self.sftp else {})


class Reporting(_Rules):
    """Who may be sent reports, who agrees first, and what a creditor calls the columns of its pack:
    client code -> sheet -> heading -> field."""

    approved_by: tuple[str, ...] = ("manager", "director")
    root: str | None = None  # where the folders on this machine lie
    recipients: Mapping[str, Recipient] = Field(default_factory=dict)
    layouts: Mapping[str, Mapping[str, Mapping[str, str]]] = Field(default_factory=dict)


class Rules(_Rules):
    definitions: Definitions = Definitions()
    fees: Fees = Fees()
    staffing: Staffing = Staffing()
    targets: Targets = Targets()
    freshness: Freshness = Freshness()
    agreements: Agreements = Agreements()
    assigning: Assigning = Assigning()
    alerts: Alerting = Alerting()
    unmasking: Unmasking = Unmasking()
    masking: Masking = Masking()
    law: Policy = Policy()
    retention: Retention = Retention()
    promises: Promises = Promises()
    deliveries: tuple[Delivery, ...] = ()
    reports: Reporting = Reporting()
    reminders: Reminding = Reminding()
