"""The labelled utterances: every row right, none silently wrong."""

import json

import pytest

from bot.evaluate import score
from tests.reading_agency import DATA, NOW, fields, read, reader

SETS = (
    *("reading_dev", "reading_held_out", "reading_held_out_2", "reading_held_out_3"),
    *("reading_unseen", "reading_unseen_2", "reading_unseen_3", "reading_desk"),
    *("reading_unseen_4", "reading_unseen_5", "reading_unseen_6", "reading_unseen_7"),
    *("reading_voices", "reading_questions_dev"),
)


@pytest.mark.parametrize("name", SETS)
def test_every_label_is_read_as_labelled(name: str) -> None:
    report = score(DATA / f"{name}.jsonl", reader())
    assert report.misses == ()
    assert report.marked("right") == report.total >= 30


@pytest.mark.parametrize("name", SETS)
def test_questions_and_actions_leave_nothing_unread(name: str) -> None:
    for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        got = read(row["text"], previous=row.get("previous"), pending=row.get("pending"))
        assert not (got.outcome in ("question", "action") and got.unread), row["text"]


def test_a_question_carries_every_field_of_the_contract() -> None:
    assert list(fields("roll rate")) == [
        *("metric", "dims", "filters", "period", "grain", "compare", "order", "limit", "chart")
    ]
    assert "variant" in fields("roll rate por saldo")
    assert fields("recuperado vs meta")["compare"] == {"to": "target"}


@pytest.mark.parametrize("metric", [*reader().catalogue.metrics, *reader().catalogue.planned])
def test_every_metric_answers_to_each_of_its_words(metric: str) -> None:
    """Alone, each word of the catalogue is that metric, or is asked about; never another metric."""
    catalogue = reader().catalogue
    entry = catalogue.metrics.get(metric) or catalogue.planned[metric]
    read_right = 0
    for word in (*entry.words.es, *entry.words.en, metric):
        got = reader().read(f"dame {word} por campaña", now=NOW)
        if got.outcome == "question":
            assert got.fields is not None
            assert got.fields["metric"] == metric, word
            read_right += 1
    assert read_right >= 1


def test_one_row_wrong_is_reported_wrong() -> None:
    """The labels bite: the same rows against a reader that knows no names are not all right."""
    from bot.understand import Reader
    from db.access import Names

    stranger = Reader(reader().catalogue, Names(()))
    report = score(DATA / "reading_dev.jsonl", stranger)
    assert report.marked("asked") > 10
