"""Reads the examples beside each skill: what one may type, and the request it means. Asks nothing."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from skills.contract import Language

SKILLS = Path(__file__).parent.parent


@dataclass(frozen=True)
class Example:
    """One phrase in each language, and `{intent: {fields}}` as read at `now`."""

    source: str
    now: datetime
    es: str
    en: str
    intent: str
    fields: dict[str, Any]

    @property
    def dims(self) -> tuple[str, ...]:
        return tuple(self.fields.get("dims", ()))

    def phrase(self, language: Language) -> str:
        return self.es if language == "es" else self.en


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    es: str
    en: str
    request: dict[str, dict[str, Any]]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    now: datetime
    examples: list[_Entry]


def load_examples(folder: Path = SKILLS) -> tuple[Example, ...]:
    """Raises pydantic.ValidationError naming the key at fault."""
    found: list[Example] = []
    for path in sorted(folder.glob("*/examples.yaml")):
        file = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        for entry in file.examples:
            ((intent, fields),) = entry.request.items()
            source = f"{path.parent.name}/{path.name}"
            found.append(Example(source, file.now, entry.es, entry.en, intent, fields))
    return tuple(found)
