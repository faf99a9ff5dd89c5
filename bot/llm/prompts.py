"""Reads a prompt's file: front matter, text with {{slots}}, examples. A slot left empty is an error."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent.parent.parent / "prompts"
_SLOT = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_FRONT = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
Messages = list[tuple[str, str]]


class PromptFault(ValueError):
    """A prompt that cannot be sent as it stands."""


class _Front(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: int


class Example(BaseModel):
    """What is typed and what must come back. `model_only`: nothing but a model can read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    reads: dict[str, Any]
    model_only: bool = False


@dataclass(frozen=True)
class Prompt:
    """A version of a prompt, filled in. `sha256` is of everything but the words of a person."""

    id: str
    version: int
    system: str
    examples: tuple[Example, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(json.dumps(self._before(), ensure_ascii=False).encode()).hexdigest()

    def messages(self, said: str) -> Messages:
        """What a person typed stands alone in the last message: it is never part of an instruction."""
        return [*self._before(), ("human", said)]

    def _before(self) -> Messages:
        turns: Messages = [("system", self.system)]
        for each in self.examples:
            turns += [("human", each.text), ("ai", json.dumps(each.reads, ensure_ascii=False))]
        return turns


def load_prompt(name: str, slots: Mapping[str, str], *, version: int = 1, folder: Path = FOLDER) -> Prompt:
    """Raises PromptFault where the file and what is filled in do not fit exactly."""
    home = folder / name
    parts = _FRONT.fullmatch((home / f"v{version}.md").read_text(encoding="utf-8"))
    if parts is None:
        raise PromptFault(f"{name}/v{version}.md: no front matter")
    front = _Front.model_validate(yaml.safe_load(parts[1]))
    if (front.id, front.version) != (name, version):
        raise PromptFault(f"{name}/v{version}.md says it is {front.id} v{front.version}")
    return Prompt(name, version, filled(parts[2].strip(), slots), _examples(home / "examples.yaml"))


def filled(text: str, slots: Mapping[str, str]) -> str:
    wanted = set(_SLOT.findall(text))
    if missing := wanted - slots.keys():
        raise PromptFault(f"nothing to put in {', '.join(sorted(missing))}")
    if unused := slots.keys() - wanted:
        raise PromptFault(f"no place for {', '.join(sorted(unused))}")
    return _SLOT.sub(lambda slot: slots[slot[1]], text)


def _examples(path: Path) -> tuple[Example, ...]:
    raw: Sequence[Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else ()
    return tuple(Example.model_validate(each) for each in raw)
