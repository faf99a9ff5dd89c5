"""What an import says: refusals and notes, by key and slots. Knows no sentence and no language."""

from dataclasses import dataclass, field


class LoadingRefused(Exception):
    """The whole file is refused and nothing changed. `key` names the sentence, `slots` what it fills in."""

    def __init__(self, key: str, **slots: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.slots = slots


@dataclass(frozen=True)
class Note:
    """One sentence of a preview or a load. A warning is something a person should look at."""

    key: str
    slots: dict[str, str | int] = field(default_factory=dict)
    warning: bool = False

    def json(self) -> dict[str, object]:
        return {"key": self.key, "warning": self.warning, **self.slots}
