"""Data that Slack would act on does nothing in a message; long form: `python -m tests.hostile_messages`."""

from tests.hostile_messages import flood, hostile, untamed


def test_hostile_data_is_inert_and_drawable() -> None:
    made, acting, undrawable = flood(600)
    assert (made, acting, undrawable) == (60, 0, 0)


def test_without_the_guard_hostile_data_acts() -> None:
    strings = hostile(200)
    assert untamed(strings) == []
    assert len(untamed(strings, lambda text: text)) > 150
