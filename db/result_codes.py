"""The neutral result codes: whether a person answered an agent, and whether it was the right party."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.written import read_yaml

_FILE = Path(__file__).with_name("result_codes.yaml")
DEBTOR = "TITULAR"


@dataclass(frozen=True)
class ResultCode:
    code: str
    es: str
    en: str
    human: bool
    rpc: bool
    depends_on_party: bool  # the right party only where the file says so
    party: str | None

    def outcome(self, party: str | None) -> tuple[bool, bool, str | None]:
        """(human, rpc, party) of one contact: the party the file names is believed over the usual one."""
        if party is None or not self.human:
            return self.human, self.rpc, party or self.party
        return True, party == DEBTOR, party


def load_result_codes(path: Path = _FILE) -> dict[str, ResultCode]:
    found: dict[str, dict[str, Any]] = read_yaml(path)
    return {code: _result_code(code, entry) for code, entry in found.items()}


def _result_code(code: str, entry: dict[str, Any]) -> ResultCode:
    return ResultCode(
        code=code,
        es=entry["es"],
        en=entry["en"],
        human=entry["human"],
        rpc=entry["rpc"] is True,
        depends_on_party=entry["rpc"] == "party",
        party=entry.get("party"),
    )
