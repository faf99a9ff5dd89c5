"""Files that arrive late at a random agency, as its creditors and its floor send them.

They go through the importers, so that the days these mark are the days a refresh builds again.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine

from db.loading import Loaded, apply
from db.tables import agency, facts, reference
from tests.random_rows import AGENTS, FIRST, NOW, SUPERVISORS, Agency, Row

Line = dict[str, Any]
CODES = ("PDP", "TCO", "BUZ", "ABA", "TER")


class LateFiles:
    """`send` writes one file of the kind and loads it."""

    def __init__(self, made: Agency, rnd: Random, engine: Engine, folder: Path) -> None:
        self.made, self.rnd, self.engine, self.folder = made, rnd, engine, folder
        self.sent = 0

    def send(self, kind: str) -> Loaded:
        lines = [line for _ in range(3) if (line := KINDS[kind](self))]
        self.sent += 1
        path = self.folder / f"{self.sent}_{kind}.csv"
        names = list(dict.fromkeys(name for line in lines for name in line))
        written = [",".join(str(line.get(name, "")) for name in names) for line in lines]
        path.write_text("\n".join([",".join(names), *written]) + "\n", encoding="utf-8")
        now = NOW + timedelta(seconds=self.sent)
        return apply(self.engine, kind, path, by="prueba", now=now, rejects=self.folder / "rejects")

    def _one(self, table: Any) -> Row:
        return self.rnd.choice(self.made.rows[table])

    def _account(self) -> tuple[Row, Line]:
        account = self._one(reference.accounts)
        return account, {"client_code": f"C{account['client_id']}", "account_no": account["account_no"]}

    def _of(self, row: Row) -> Line:
        """The account a fact is about."""
        account = next(a for a in self.made.rows[reference.accounts] if a["id"] == row["account_id"])
        return {"client_code": f"C{account['client_id']}", "account_no": account["account_no"]}

    def _day(self, first: date = FIRST) -> date:
        return self.made.day(self.rnd, first)

    def _at(self, day: date) -> str:
        """On either side of midnight, in the agency's own zone; always another second."""
        minute, second = divmod(self.sent * 7 + self.rnd.randint(0, 3_000), 60)
        return f"{day.isoformat()} {self.rnd.choice(('00', '11', '23'))}:{minute % 60:02}:{second:02}"

    # --- what happened, told late or told again --------------------------------------------------------

    def contact(self) -> Line:
        _, line = self._account()
        return line | {
            "started_at": self._at(self._day()),
            "result_code": self.rnd.choice(CODES),
            "agent_employee_no": f"E{self.rnd.choice(AGENTS)}",
            "channel": self.rnd.choice(("llamada", "sms")),
            "talk_seconds": self.rnd.choice((0, 75)),
            "wrap_seconds": 9,
        }

    def payment(self) -> Line:
        """New money, a reversal, or a payment corrected to another day or account."""
        way = self.rnd.choice(("new", "back", "moved"))
        row = self._one(facts.payments)
        _, line = self._account()
        day = self._day()
        ref = f"L{self.sent}-{self.rnd.random()}"
        told = {"paid_on": day, "posted_on": self._day(day), "payment_ref": ref}
        if way == "new":
            return line | told | {"amount": self.rnd.choice(("600.00", "99999.99"))}
        if way == "back":
            amount = f"{-abs(row['amount_cents']) / 100:.2f}"
            return self._of(row) | told | {"amount": amount, "reverses_ref": row["payment_ref"]}
        line = line if line["client_code"] == self._of(row)["client_code"] else self._of(row)
        return line | told | {"payment_ref": row["payment_ref"], "amount": "777.00"}

    def balance(self) -> Line:
        """A corrected cut, or the file of a day that had none."""
        account, line = self._account()
        known = sorted({r["as_of"] for r in self.made.rows[facts.balances]})
        cut = self.rnd.choice(known) if self.rnd.random() < 0.6 else self._day()
        money = f"{self.rnd.randint(1, 60_000)}.{account['id'] % 100:02}"
        status = self.rnd.choice(("", "VIGENTE", "LIQUIDADA", "CASTIGADA"))
        dpd = self.rnd.choice((0, 12, 40, 95))
        return line | {"as_of": cut, "balance": money, "dpd": dpd, "status": status}

    def recall(self) -> Line:
        _, line = self._account()
        return line | {"recalled_on": self._day(), "reason": self.rnd.choice(("RETIRO", "CASTIGO"))}

    def account(self) -> Line:
        """Placed again, in another product or campaign, owing something else."""
        account, line = self._account()
        return line | {
            "campaign_code": f"K{self.rnd.choice((1, 2)) if account['client_id'] == 1 else 3}",
            "balance": f"{self.rnd.randint(1, 60_000)}.50",
            "dpd": self.rnd.choice((0, 12, 40, 95)),
            "placed_on": self.rnd.choice((account["placed_on"], self._day(account["placed_on"]))),
            "product": self.rnd.choice(("TDC", "AUTO")),
            "state": self.rnd.choice(("Jalisco", "Sonora")),
            "special": self.rnd.choice(("si", "no")),
        }

    def assignment(self) -> Line:
        _, line = self._account()
        when = f"{self._day()} 00:00:00"
        return line | {"agent_employee_no": f"E{self.rnd.choice(AGENTS)}", "from_at": when, "mode": "manual"}

    def team(self) -> Line:
        """Somebody whose team is another one from a past day on."""
        agent = self.rnd.choice(AGENTS)
        return {
            "employee_no": f"E{agent}", "name": f"Persona {agent}", "role": "asesor", "team": f"T{self.sent}",
            "supervisor_employee_no": f"E{self.rnd.choice(SUPERVISORS)}", "active_from": self._day(),
        }  # fmt: skip

    def promise(self) -> Line:
        _, line = self._account()
        day = self._day()
        due = day + timedelta(days=self.rnd.randint(0, 9))
        agent = f"E{self.rnd.choice(AGENTS)}"
        spoken = {"made_at": self._at(day), "due_on": due, "amount": "500.00"}
        return line | spoken | {"agent_employee_no": agent}

    def agreement(self) -> Line:
        """One called off, or a new one."""
        row = self._one(agency.agreements)
        if self.rnd.random() < 0.5:
            when = row["agreed_at"].isoformat()
            deal = {"total": f"{row['total_cents'] / 100:.2f}", "installments": row["installments"]}
            return self._of(row) | deal | {"agreed_at": when, "status": "cancelado"}
        _, line = self._account()
        deal = {"total": "4000.00", "installments": 2, "discount_pct": "20", "frequency": "semanal"}
        return line | deal | {"agreed_at": self._at(self._day()), "status": "vigente"}

    def complaint(self) -> Line:
        _, line = self._account()
        return line | {"received_at": self._at(self._day()), "kind": f"causa {self.sent}"}

    # --- the creditors' rules and the floor's own records ------------------------------------------------

    def client(self) -> Line:
        client = self.rnd.choice((1, 2))
        return {
            "code": f"C{client}", "name": f"Cliente {client}", "promise_grace_days": self.rnd.randint(0, 4),
            "bucket_edges": self.rnd.choice(("30|60|90", "15|45|90")), "payment_lag_days": 1,
        }  # fmt: skip

    def cost(self) -> Line:
        month = date(2026, self.rnd.randint(1, 3), 1)
        return {
            "campaign_code": f"K{self.rnd.randint(1, 3)}", "month": month.isoformat()[:7],
            "category": "Renta", "amount": f"{self.rnd.randint(100, 9_000)}.10",
        }  # fmt: skip

    def shift(self) -> Line:
        row = self._one(facts.shifts)
        times = {name: row[name].isoformat() for name in ("starts_at", "ends_at")}
        agent = f"E{row['agent_id']}"
        return {"agent_employee_no": agent, **times, "productive_seconds": 900, "attended": "si"}

    def sale(self) -> Line:
        day = self._day()
        sold = {"sold_at": self._at(day), "amount": "1200.00", "activated_on": self._day(day)}
        return {"campaign_code": "K2", "agent_employee_no": f"E{self.rnd.choice(AGENTS)}"} | sold


KINDS: dict[str, Callable[[LateFiles], Line]] = {
    "contacts": LateFiles.contact,
    "payments": LateFiles.payment,
    "balances": LateFiles.balance,
    "recalls": LateFiles.recall,
    "accounts": LateFiles.account,
    "assignments": LateFiles.assignment,
    "people": LateFiles.team,
    "promises": LateFiles.promise,
    "agreements": LateFiles.agreement,
    "complaints": LateFiles.complaint,
    "clients": LateFiles.client,
    "costs": LateFiles.cost,
    "shifts": LateFiles.shift,
    "sales": LateFiles.sale,
}
