"""Turns what the reader could not settle into a sentence and buttons, each a whole request. Reads nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from pydantic import ValidationError

from bot.outcome import Outcome
from bot.rights import Rights, within_reach
from bot.turn import Turn
from bot.worded import in_words
from db.metrics import Catalogue
from db.periods import Period
from skills.contract import Language, Option, Refused
from skills.text import Texts, period

MOST = 5
FORMS = {"record_agreement": "agree.button_form"}  # where a form asks for the rest, and its button


class Reading(Protocol):
    """What the desk needs of a reading, whoever made it."""

    @property
    def outcome(self) -> str: ...
    @property
    def intent(self) -> str | None: ...
    @property
    def fields(self) -> Mapping[str, Any] | None: ...
    @property
    def about(self) -> str | None: ...
    @property
    def candidates(self) -> Sequence[Any]: ...
    @property
    def unread(self) -> Sequence[str]: ...
    @property
    def choices(self) -> Sequence[Option]: ...
    @property
    def repairs(self) -> Sequence[tuple[str, str]]: ...
    @property
    def moved(self) -> str | None: ...
    @property
    def because(self) -> Sequence[tuple[str, str]]: ...
    @property
    def calls(self) -> Sequence[Any]: ...
    def json(self) -> dict[str, Any]: ...


def asked_back(
    read: Reading, catalogue: Catalogue, texts: Texts, language: Language, may: Callable[[Option], bool]
) -> Outcome:
    """`may`: whether an option names only what the asker may see; the others are not offered."""
    about = read.about or "unknown_term"
    worded = [_worded(each, catalogue, texts, language) for each in read.choices]
    offered = [each for each in worded if _computed(each, catalogue) and may(each)]
    offered = offered or [each for each in _options(read, about, catalogue, language) if may(each)]
    if about == "confirm_reading" and not (offered or read.candidates or read.unread):
        offered = _again(read, texts, language)
    if read.intent in FORMS and about.startswith("slot:"):
        form = Option(texts.say(language, FORMS[read.intent]), read.intent, dict(read.fields or {}))
        offered = [form, *offered]
    options = tuple(offered[:MOST])
    key, slots = _sentence(read, about, texts, language, bool(options))
    request = {read.intent: dict(read.fields)} if read.intent and read.fields else None
    return Outcome(
        "clarify",
        language,
        request=request,
        message=texts.say(language, key, **slots),
        about=about,
        choices=options,
        unread=tuple(read.unread),
    )


def _again(read: Reading, texts: Texts, language: Language) -> list[Option]:
    """An order said as a question, or one that waits for its yes: shown once more, at a press."""
    name = f"action.{read.intent}"
    if name not in texts:
        return []
    label = texts.say(language, "clarify.yes_do", what=texts.say(language, name))
    return [Option(label, read.intent or "", dict(read.fields or {}))]


def _sentence(
    read: Reading, about: str, texts: Texts, language: Language, has_options: bool
) -> tuple[str, dict[str, str]]:
    """The most particular sentence there is: `entity:agent`, then `entity`, then the general one."""
    kind, _, detail = about.partition(":")
    words = ", ".join(f"«{word}»" if language == "es" else f"“{word}”" for word in read.unread)
    lacks = f"clarify.lacks.{detail}"
    lacking = texts.say(language, lacks) if lacks in texts else texts.say(language, "clarify.lacks.something")
    slots = {"words": words, "detail": detail, "lacks": lacking}
    tried = [f"clarify.{kind}.{detail}" if detail else "", f"clarify.{kind}"]
    if kind == "slot" and read.intent in FORMS:
        tried.insert(0, f"clarify.form.{read.intent}")
    if kind == "unknown_term" and not words:
        tried = ["clarify.general"]
    if kind == "unknown_term" and words and has_options:
        tried.insert(0, "clarify.unknown_guessed")
    if kind == "entity" and not has_options:
        unseen = read.candidates and not read.because  # somebody was named; else nobody was
        tried[:0] = ["clarify.entity_unknown"] if words else ["clarify.entity_unseen"] if unseen else []
    return next((key for key in tried if key and key in texts), "clarify.general"), slots


def _worded(option: Option, catalogue: Catalogue, texts: Texts, language: Language) -> Option:
    """The reader labels a choice by its id where it is one of ours: said in the person's language."""
    metric = option.fields.get("metric")
    if not option.label:
        return replace(option, label=in_words(option.fields, catalogue, texts, language))
    if isinstance(metric, str) and option.label in (metric, *_labels(catalogue, metric)):
        return replace(option, label=catalogue.label(metric, language))
    key = f"kpi.dim.{option.label}"
    return replace(option, label=texts.say(language, key)) if key in texts else option


def _computed(option: Option, catalogue: Catalogue) -> bool:
    """A button that only says "not yet" leads nowhere."""
    asked = option.fields.get("metric")
    metrics = (asked,) if isinstance(asked, str) else tuple(asked or ())
    return not any(metric in catalogue.planned for metric in metrics)


def _labels(catalogue: Catalogue, metric: str) -> tuple[str, ...]:
    if metric not in catalogue.ids:
        return ()
    return catalogue.label(metric, "es"), catalogue.label(metric, "en")


def _options(read: Reading, about: str, catalogue: Catalogue, language: Language) -> list[Option]:
    kind, _, detail = about.partition(":")
    if read.intent not in (None, "kpi"):
        return []
    fields = dict(read.fields or {})
    options: list[Option] = []
    for candidate in read.candidates:
        made = _option(kind, detail, candidate, fields, catalogue, language)
        if made is not None and made[1].get("metric"):
            options.append(Option(made[0], "kpi", made[1]))
    return options


def _option(
    kind: str,
    detail: str,
    candidate: Any,
    fields: dict[str, Any],
    catalogue: Catalogue,
    language: Language,
) -> tuple[str, dict[str, Any]] | None:
    """A label and the whole request it stands for."""
    if isinstance(candidate, Mapping):
        return _whole(candidate, fields, language)
    if not isinstance(candidate, str):
        return None
    if candidate in catalogue.metrics:
        return catalogue.label(candidate, language), {**fields, "metric": candidate}
    if kind == "entity":
        named = {"field": detail, "op": "eq", "value": candidate}
        others = [each for each in fields.get("filters", ()) if each["field"] != detail]
        return candidate, {**fields, "filters": [*others, named]}
    return None


def _whole(
    candidate: Mapping[str, Any], fields: dict[str, Any], language: Language
) -> tuple[str, dict[str, Any]] | None:
    """A candidate that is a period, or says its fields itself."""
    if set(candidate) >= {"start", "end"}:
        over = Period(start=_date(candidate["start"]), end=_date(candidate["end"]))
        return period(over, language), {**fields, "period": over.model_dump(mode="json")}
    if "label" in candidate and isinstance(candidate.get("fields"), Mapping):
        return str(candidate["label"]), {**fields, **candidate["fields"]}
    return None


def _date(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def may_be_offered(rights: Rights, turn: Turn, option: Option) -> bool:
    """A choice that would be denied names somebody the asker may not even see."""
    question = rights.questions.get(option.intent)
    if question is None:
        return not option.fields.get("filters")
    try:
        asked = question.request.model_validate(option.fields)
        within_reach(turn.connection, turn.actor, asked, turn.names, turn.today)
    except (ValidationError, Refused):
        return False
    return True
