"""Words a finished answer in a sentence, and drops the sentence if it says anything the answer does not."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bot.llm.masking import masked_text
from bot.llm.model import Model
from bot.llm.prompts import Prompt, load_prompt
from bot.llm.record import ModelCall, Spent
from bot.outcome import Outcome
from bot.sections import Llm
from bot.understand.names import NameIndex
from bot.understand.normalise import fold
from bot.understand.period_words import MONTHS, NUMBERS, WEEKDAYS

LANGUAGES = {"es": "Mexican Spanish", "en": "English"}
LONGEST, SHOWN = 400, 4000
_NUMBER = re.compile(r"[-+]?\$?\d[\d,.:/]*\d|[-+]?\$?\d")
_WORD = re.compile(r"[a-z']+")
_INSIDE = re.compile(r"(?<=[^\W_]|[,;)%]) +([^\W\d_]\w+)")  # a word that begins no sentence
_TOKEN = re.compile(r"\b[A-Z]+_\d+\b")
_MARKUP = re.compile(r"[<>`*_~|#{}\[\]\\]|https?:|www\.")
_ARTICLES = frozenset(("un", "una", "uno", "a", "one"))


class Narration(BaseModel):
    """What comes back."""

    model_config = ConfigDict(extra="forbid")

    text: str


class Narrator:
    """Given an outcome, the same outcome, perhaps with a sentence more. The answer itself stays as it is."""

    def __init__(
        self,
        model: Model,
        settings: Llm,
        spent: Callable[[datetime], Spent],
        everyone: Callable[[], NameIndex],
    ) -> None:
        self._model, self._settings, self._spent, self._everyone = model, settings, spent, everyone

    def told(self, outcome: Outcome, now: datetime) -> tuple[Outcome, tuple[ModelCall, ...]]:
        answer = outcome.answer
        if outcome.outcome != "answer" or answer is None or answer.sensitive or not self._affordable(now):
            return outcome, ()
        names = self._everyone()
        whole = outcome.text
        safe = masked_text(whole[:SHOWN], names)
        prompt = load_prompt("narration", {"language": LANGUAGES[outcome.language]})
        reply = self._model.ask(Narration, prompt.messages(safe.text))
        said = "" if reply.parsed is None else str(reply.parsed.text).strip()
        why = reply.fault or unfounded(said, safe.text)
        call = self._call(prompt, reply.ms, reply.tokens, "failed" if reply.fault else "", why)
        if why:
            return outcome, (call,)
        told = "\n".join(part for part in (safe.open(said), outcome.message) if part)
        return replace(outcome, message=told), (call,)

    def _affordable(self, now: datetime) -> bool:
        spent = self._spent(now)
        return spent.calls < self._settings.calls_a_day and spent.tokens < self._settings.tokens_a_day

    def _call(self, prompt: Prompt, ms: int, tokens: int, decision: str, why: str) -> ModelCall:
        decided = decision or ("dropped" if why else "won")
        which = f"{prompt.id}/v{prompt.version}"
        return ModelCall("narration", self._model.name, which, prompt.sha256, ms, tokens, decided, why)


def unfounded(said: str, answer: str) -> str:
    """What kind of thing a sentence says that the answer does not; empty where it says nothing of its own."""
    if not said or len(said) > LONGEST or _MARKUP.search(_TOKEN.sub("", said)):
        return "form"
    if not set(_TOKEN.findall(said)) <= set(_TOKEN.findall(answer)):
        return "token"
    plain, known = _TOKEN.sub(" ", said), _TOKEN.sub(" ", answer)
    if not set(_numbers(plain)) <= set(_numbers(known)):
        return "number"
    words, there = set(_WORD.findall(fold(plain))), set(_WORD.findall(fold(known)))
    if (words - there) & _GUARDED:
        return "word"
    if any(
        word[0].isupper() and not set(_WORD.findall(fold(word))) <= there for word in _INSIDE.findall(plain)
    ):
        return "name"
    return ""


def _numbers(text: str) -> Iterable[str]:
    """With its sign, its money and its percent: 18.4 % is not 18.4, nor -3 a 3."""
    for found in _NUMBER.finditer(text):
        after = text[found.end() :].lstrip()[:2].casefold()
        unit = "%" if after.startswith("%") else "pp" if after == "pp" else ""
        yield found.group().strip(",.:/") + unit


def _guarded() -> frozenset[str]:
    raw = yaml.safe_load(Path(__file__).with_name("told.yaml").read_text(encoding="utf-8"))
    lists = {word for line in raw.values() for word in line.split()}
    said = {word for group in (NUMBERS, MONTHS, WEEKDAYS) for word in group}
    return frozenset((lists | said) - _ARTICLES)


_GUARDED = _guarded()
