"""A floor small enough to count by hand: writes clients, agents, accounts and what happened to them."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, select

from db.tables.agency import agreements
from db.tables.cells import agreement_results, installment_results, payment_credits, promise_results
from db.tables.facts import contacts, payments, promises
from db.tables.reference import accounts, assignments, campaigns, clients, people

ZONE = ZoneInfo("America/Mexico_City")


def at(on: date, hour: int = 12) -> datetime:
    return datetime.combine(on, time(hour), ZONE)


def cents(pesos: int | str) -> int:
    return int(Decimal(pesos) * 100)


@dataclass
class Floor:
    connection: Connection

    def _add(self, table: Table, **values: object) -> int:
        result = self.connection.execute(table.insert().values(**values))
        assert result.inserted_primary_key is not None
        return int(result.inserted_primary_key[0])

    def client(self, code: str, *, grace: int = 2, threshold: int = 100, lag: int = 2) -> int:
        client = self._add(
            clients,
            code=code,
            name=code,
            regime="FINANCIERA",
            bucket_edges="30|60|90|120|150|180",
            promise_grace_days=grace,
            promise_threshold_pct=threshold,
            payment_lag_days=lag,
            pay_accounts="",
        )
        self._add(campaigns, id=client, code=f"{code}-1", client_id=client, name=code, kind="COBRANZA")
        return client

    def agent(self, number: str) -> int:
        return self._add(people, employee_no=number, name=number, role="agent", language="es", nicknames="")

    def account(self, client: int, number: str) -> int:
        return self._add(
            accounts,
            client_id=client,
            campaign_id=client,
            account_no=number,
            placed_on=date(2026, 1, 1),
            balance_cents=0,
            dpd=0,
            bucket="0",
            bucket_no=0,
            special=False,
        )

    def promise(
        self, account: int, made: date, due: date, pesos: int, agent: int | None = None, hour: int = 12
    ) -> int:
        return self._add(
            promises,
            **self._of(account),
            agent_id=agent,
            made_at=at(made, hour),
            made_on=made,
            due_on=due,
            amount_cents=cents(pesos),
        )

    def agreement(
        self,
        account: int,
        agreed: date,
        first: date,
        pesos: int,
        count: int = 1,
        *,
        frequency: str = "mensual",
        agent: int | None = None,
        status: str = "active",
        hour: int = 12,
    ) -> int:
        return self._add(
            agreements,
            **self._of(account),
            agent_id=agent,
            agreed_at=at(agreed, hour),
            agreed_on=agreed,
            total_cents=cents(pesos),
            installments=count,
            first_due_on=first,
            frequency=frequency,
            discount_micros=0,
            status=status,
        )

    def paid(self, account: int, ref: str, on: date, pesos: int, reverses: str | None = None) -> int:
        return self._add(
            payments,
            **self._of(account),
            payment_ref=ref,
            paid_on=on,
            posted_on=on,
            amount_cents=cents(pesos),
            reverses_ref=reverses,
        )

    def contact(self, account: int, on: date, agent: int | None, *, rpc: bool = True, hour: int = 12) -> int:
        return self._add(
            contacts,
            **self._of(account),
            agent_id=agent,
            started_at=at(on, hour),
            started_on=on,
            started_hour=hour,
            channel="call",
            result_code="PDP" if rpc else "NCO",
            human=rpc,
            rpc=rpc,
            talk_seconds=60,
            wrap_seconds=10,
        )

    def assigned(self, account: int, agent: int, start: date, end: date | None = None) -> int:
        return self._add(
            assignments,
            account_id=account,
            agent_id=agent,
            from_at=at(start, 8),
            from_on=start,
            to_at=at(end, 8) if end else None,
            to_on=end,
        )

    def statuses(self) -> dict[int, tuple[str, int, bool]]:
        """Promise -> status, pesos allocated, corrected."""
        rows = self.connection.execute(select(promise_results)).all()
        return {r.promise_id: (r.status, r.allocated_cents // 100, bool(r.corrected)) for r in rows}

    def agreed(self) -> dict[int, tuple[str, int, date | None]]:
        """Agreement -> status, centavos paid, the day it was settled."""
        rows = self.connection.execute(select(agreement_results)).all()
        return {r.agreement_id: (r.status, r.paid_cents, r.settled_on) for r in rows}

    def installments(self) -> dict[tuple[int, int], tuple[str, int]]:
        """Agreement and number -> status, centavos allocated."""
        rows = self.connection.execute(select(installment_results)).all()
        return {(r.agreement_id, r.number): (r.status, r.allocated_cents) for r in rows}

    def credited(self) -> dict[int, tuple[int, str]]:
        """Payment -> agent, rule."""
        rows = self.connection.execute(select(payment_credits)).all()
        return {r.payment_id: (r.agent_id, r.rule) for r in rows}

    def _of(self, account: int) -> dict[str, int]:
        client = self.connection.execute(
            select(accounts.c.client_id).where(accounts.c.id == account)
        ).scalar_one()
        return {"client_id": client, "campaign_id": client, "account_id": account}
