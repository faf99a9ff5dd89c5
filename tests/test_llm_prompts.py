"""The prompts are strict files: their slots, their version, their examples, their hash."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.llm.opening import reading_prompt
from bot.llm.plan import plan_of
from bot.llm.prompts import Example, Prompt, PromptFault, filled, load_prompt
from bot.llm.spans import Checked, as_request
from bot.understand.result import wire
from bot.understand.tag import tag
from tests.llm_desk import second
from tests.llm_server import always, serving
from tests.reading_agency import NOW, agency, read, reader

TYPED = {"AGENT_1": "Ana Ruiz", "CLIENT_1": "Banco Alameda"}
PROMPT: Prompt = reading_prompt(reader().lexicon)


def typed(text: str) -> str:
    for token, name in TYPED.items():
        text = text.replace(token, name)
    return text


def written(path: Path, front: str, text: str = "Hello {{ who }}") -> Path:
    (path / "greeting").mkdir(exist_ok=True)
    (path / "greeting" / "v1.md").write_text(f"---\n{front}\n---\n{text}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("example", [e for e in PROMPT.examples if not e.model_only], ids=lambda e: e.text)
def test_an_example_is_read_alike_by_the_reader(example: Example) -> None:
    text = typed(example.text)
    reading = read(text)
    assert reading.outcome == "question"
    plan = plan_of(reader().lexicon).model_validate_json(typed(_json(example)))
    tagged = tag(text, reader().lexicon, reader().names, NOW.date())
    checked = Checked(reader(), tagged, NOW.date())
    heard = checked.heard(plan)
    assert checked.whole(heard)
    assert wire(as_request(heard, reader(), NOW.date())) == reading.fields


@pytest.mark.parametrize("example", [e for e in PROMPT.examples if e.model_only], ids=lambda e: e.text)
def test_an_example_for_the_model_alone_is_one(example: Example) -> None:
    """The reader asks back; with what the model says it is a question, unless the model names nothing."""
    text = typed(example.text)
    assert read(text).outcome == "clarify"
    with serving(always(_json(example))) as fake:
        reading = second(fake).read(text, now=NOW)
    assert [option.fields["metric"] for option in reading.choices] == [
        each["id"] for each in example.reads["metrics"]
    ]


def test_every_metric_is_in_it_and_nobody_else() -> None:
    catalogue = reader().catalogue
    assert all(f"\n- {metric}: " in PROMPT.system for metric in catalogue.metrics)
    assert not any(named.display in PROMPT.system for named in agency().entries)
    assert "{{" not in PROMPT.system


def test_both_languages_are_shown() -> None:
    said = [each.text for each in PROMPT.examples]
    assert any("calls" in text for text in said)
    assert any("¿" in text for text in said)


def test_the_hash_is_of_what_is_sent() -> None:
    assert PROMPT.sha256 == reading_prompt(reader().lexicon).sha256
    shorter = Prompt(PROMPT.id, PROMPT.version, PROMPT.system, PROMPT.examples[:-1])
    other = Prompt(PROMPT.id, PROMPT.version, PROMPT.system + ".", PROMPT.examples)
    assert len({PROMPT.sha256, shorter.sha256, other.sha256}) == 3
    assert PROMPT.messages("a")[:-1] == PROMPT.messages("b")[:-1]


def test_a_slot_left_empty_is_an_error(tmp_path: Path) -> None:
    folder = written(tmp_path, "id: greeting\nversion: 1")
    assert load_prompt("greeting", {"who": "you"}, folder=folder).system == "Hello you"
    with pytest.raises(PromptFault, match="nothing to put in who"):
        load_prompt("greeting", {}, folder=folder)
    with pytest.raises(PromptFault, match="no place for whom"):
        load_prompt("greeting", {"who": "you", "whom": "me"}, folder=folder)


def test_what_is_filled_in_is_not_filled_again() -> None:
    assert filled("{{ a }} {{ b }}", {"a": "{{ b }}", "b": "x"}) == "{{ b }} x"


@pytest.mark.parametrize("front", ["id: farewell\nversion: 1", "id: greeting\nversion: 2"])
def test_a_file_is_what_it_says_it_is(tmp_path: Path, front: str) -> None:
    with pytest.raises(PromptFault, match="says it is"):
        load_prompt("greeting", {"who": "you"}, folder=written(tmp_path, front))


def test_front_matter_has_no_more_and_no_less(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        load_prompt("greeting", {"who": "x"}, folder=written(tmp_path, "id: greeting"))
    with pytest.raises(ValidationError):
        load_prompt("greeting", {"who": "x"}, folder=written(tmp_path, "id: greeting\nversion: 1\nmood: x"))
    (tmp_path / "greeting" / "v1.md").write_text("Hello {{ who }}", encoding="utf-8")
    with pytest.raises(PromptFault, match="no front matter"):
        load_prompt("greeting", {"who": "x"}, folder=tmp_path)


def _json(example: Example) -> str:
    return json.dumps(example.reads, ensure_ascii=False)
