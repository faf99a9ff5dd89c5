"""A second opinion on Block Kit: whatever slackblocks builds, for every block it has, our checker lets by.

Where the two follow different pages of Slack's the smaller number is drawn: table rows, series, segments.
"""

import string
from datetime import date
from typing import Any

import pytest
import slackblocks as sb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slackblocks import blocks as sb_blocks
from slackblocks.objects import SlackIcon

from localslack.blockkit import check_blocks, check_view
from tests.localslack_room import JSON

Built = st.SearchStrategy[Any]
MOST_PARTS = 6
WORDS = st.text(string.ascii_letters + " ñé<&*`", min_size=1)


def words(most: int) -> Built:
    return WORDS.map(lambda text: text[:most]) | st.just("x" * most)


def maybe(one: Built) -> Built:
    return st.none() | one


def some(one: Built, most: int, least: int = 1) -> Built:
    return st.lists(one, min_size=least, max_size=most)


@st.composite
def any_of(draw: Any, *several: Built) -> Any:
    """One of these, without spelling them all out when a test fails."""
    return draw(draw(st.sampled_from(several)))


def apart(one: Built, most: int) -> Built:
    """A few elements whose action ids differ, as Slack wants it and slackblocks does not."""
    ids = st.lists(words(20), min_size=most, max_size=most, unique=True)

    def named(drawn: tuple[list[Any], list[str]]) -> list[Any]:
        for element, action_id in zip(*drawn, strict=False):
            element.action_id = action_id
        return drawn[0]

    return st.tuples(some(one, most), ids).map(named)


text = st.builds(sb.Text, words(20), st.sampled_from(list(sb.TextType)), st.booleans(), st.booleans())
plain = words(20) | st.builds(sb.PlainText, words(20), st.booleans())
option = st.builds(
    sb.Option, plain.map(lambda t: sb.PlainText(str(getattr(t, "text", t)))), words(150), maybe(words(75))
)
link_option = st.builds(
    sb.Option, st.builds(sb.PlainText, words(75)), words(150), maybe(words(75)), maybe(words(50))
)
options = some(option, 4)
groups = some(st.builds(sb.OptionGroup, words(75), options), 3)
confirm = st.builds(
    sb.Confirm, words(100), text, words(30), words(30), maybe(st.sampled_from(["primary", "danger"]))
)
dispatch = st.builds(
    sb.DispatchActionConfiguration, some(st.sampled_from(["on_enter_pressed", "on_character_entered"]), 2)
)
conversations = st.builds(
    sb.ConversationFilter, some(st.sampled_from(["im", "mpim", "private", "public"]), 4), maybe(st.booleans())
)
workflow = st.builds(sb.Workflow.from_url, words(30), color=words(9))
slack_file = st.builds(sb.SlackFile, st.none(), st.just("F0123456789"))
image = st.builds(sb.Image, words(50), words(50)) | st.builds(sb.Image, words(50), st.none(), slack_file)
asked: dict[str, Built] = {"confirm": maybe(confirm), "placeholder": maybe(words(150))}
typed: dict[str, Built] = {"dispatch_action_config": maybe(dispatch), "placeholder": maybe(words(150))}
ids = some(words(11), 3)

button = st.builds(
    sb.Button,
    words(75),
    url=maybe(words(50)),
    value=maybe(words(50)),
    style=maybe(st.sampled_from(["primary", "danger"])),
    confirm=maybe(confirm),
    accessibility_label=maybe(words(75)),
    agent_prompt=words(50),
    agent_prompt_display=maybe(words(30)),
)
feedback = st.builds(sb.FeedbackButton, words(75), words(50), maybe(words(75)))
menus = any_of(
    st.builds(sb.StaticSelectMenu, options=options, **asked),
    st.builds(sb.StaticSelectMenu, option_groups=groups, **asked),
    st.builds(
        sb.ExternalSelectMenu, initial_option=maybe(option), min_query_length=st.integers(0, 9), **asked
    ),
    st.builds(sb.UserSelectMenu, initial_user=maybe(words(11)), **asked),
    st.builds(
        sb.ConversationSelectMenu, filter=maybe(conversations), response_url_enabled=st.booleans(), **asked
    ),
    st.builds(sb.ChannelSelectMenu, initial_channel=maybe(words(11)), **asked),
    st.builds(
        sb.StaticMultiSelectMenu, st.none(), options, max_selected_items=maybe(st.integers(1, 9)), **asked
    ),
    st.builds(sb.ExternalMultiSelectMenu, initial_options=maybe(options), **asked),
    st.builds(sb.UserMultiSelectMenu, initial_users=maybe(ids), **asked),
    st.builds(
        sb.ConversationMultiSelectMenu, initial_conversations=maybe(ids), filter=maybe(conversations), **asked
    ),
    st.builds(sb.ChannelMultiSelectMenu, initial_channels=maybe(ids), **asked),
)
pickers = any_of(
    st.builds(sb.DatePicker, initial_date=maybe(st.dates(date(1900, 1, 1)).map(str)), **asked),
    st.builds(sb.TimePicker, initial_time=maybe(st.times().map(lambda t: f"{t:%H:%M}")), **asked),
    st.builds(
        sb.DateTimePicker, initial_datetime=maybe(st.integers(10**9, 10**10 - 1)), confirm=maybe(confirm)
    ),
)
checks = st.builds(sb.CheckboxGroup, st.none(), options, confirm=maybe(confirm))
radios = st.builds(sb.RadioButtonGroup, st.none(), options, confirm=maybe(confirm))
overflow = st.builds(sb.OverflowMenu, st.none(), some(link_option, 5), confirm=maybe(confirm))
workflow_button = st.builds(
    sb.WorkflowButton, words(75), workflow, action_id=words(20), confirm=maybe(confirm)
)

styles: dict[str, Built] = {name: maybe(st.booleans()) for name in ("bold", "italic", "strike")}
inline = any_of(
    st.builds(sb.RichText, words(30), code=maybe(st.booleans()), **styles),
    st.builds(sb.RichTextLink, words(30), maybe(words(30)), maybe(st.booleans()), **styles),
    st.builds(sb.RichTextEmoji, words(9), maybe(st.integers(1, 6))),
    st.builds(sb.RichTextUser, words(11), highlight=maybe(st.booleans()), **styles),
    st.builds(sb.RichTextUserGroup, words(11), unlink=maybe(st.booleans()), **styles),
    st.builds(sb.RichTextChannel, words(11), client_highlight=maybe(st.booleans()), **styles),
)
paragraph = st.builds(sb.RichTextSection, some(inline, 3))
border = maybe(st.integers(0, 1))
rich_parts = any_of(
    paragraph,
    st.builds(
        sb.RichTextList,
        st.sampled_from(["bullet", "ordered"]),
        some(paragraph, 3),
        maybe(st.integers(0, 8)),
        maybe(st.integers(0, 9)),
        border,
    ),
    st.builds(sb.RichTextCodeBlock, some(inline, 3), border),
    st.builds(sb.RichTextQuote, some(inline, 3), border),
)
rich_text = st.builds(sb.RichTextBlock, some(rich_parts, 3))
inputs = any_of(
    st.builds(
        sb.PlainTextInput,
        initial_value=maybe(words(50)),
        multiline=st.booleans(),
        min_length=st.integers(0, 5),
        max_length=st.integers(5, 3000),
        **typed,
    ),
    st.builds(sb.EmailInput, initial_value=maybe(words(50)), **typed),
    st.builds(sb.URLInput, initial_value=maybe(words(50)), **typed),
    st.builds(
        sb.NumberInput,
        st.booleans(),
        min_value=maybe(st.integers(-9, 0)),
        max_value=maybe(st.integers(0, 9)),
        **typed,
    ),
    st.builds(sb.RichTextInput, words(20), maybe(rich_text), min_lines=maybe(st.integers(1, 9)), **typed),
    menus,
    pickers,
    checks,
    radios,
)
file_input = st.builds(
    sb.FileInput, filetypes=maybe(some(st.sampled_from(["csv", "xlsx"]), 2)), max_files=st.integers(1, 10)
)
raw_text = st.builds(sb.RawText, words(20), st.booleans())
raw_number = st.builds(sb.RawNumber, st.integers() | st.floats(-1e9, 1e9), words(20))


@st.composite
def data_tables(draw: Any) -> sb.DataTableBlock:
    wide = draw(st.integers(1, 5))
    header = st.lists(raw_text | raw_number, min_size=wide, max_size=wide)
    row = st.lists(raw_text | raw_number | rich_text, min_size=wide, max_size=wide)
    rows = [draw(header), *draw(some(row, 4))]
    return sb.DataTableBlock(rows, draw(words(50)), draw(st.integers(1, 100)), draw(st.integers(0, wide - 1)))


@st.composite
def charts(draw: Any) -> Any:
    labels = draw(st.lists(words(20), min_size=1, max_size=5, unique=True))
    names = draw(st.lists(words(20), min_size=1, max_size=MOST_PARTS, unique=True))
    value = st.floats(-1e9, 1e9) | st.integers()
    if draw(st.booleans()):
        return sb.PieChart([sb.ChartSegment(name, draw(st.floats(0.1, 1e9))) for name in names])
    kind = draw(st.sampled_from([sb.BarChart, sb.AreaChart, sb.LineChart]))
    series = [sb.DataSeries(name, [sb.DataPoint(label, draw(value)) for label in labels]) for name in names]
    return kind(series, sb.AxisConfig(labels, draw(maybe(words(50))), draw(maybe(words(50)))))


def tasks(*states: str) -> Built:
    source = st.builds(sb.URLSource, words(30), words(30))
    return st.builds(
        sb.TaskCardBlock,
        st.uuids().map(str),
        words(30),
        maybe(rich_text),
        maybe(rich_text),
        maybe(some(source, 2)),
        st.sampled_from(states),
    )


cards = st.builds(
    sb.CardBlock,
    title=words(150),
    hero_image=maybe(image),
    subtitle=maybe(words(150)),
    body=maybe(text),
    actions=apart(button, 3),
    slack_icon=maybe(st.builds(SlackIcon, st.sampled_from(["star", "caret-left"]))),
    subtext=maybe(words(200)),
)
BLOCKS: dict[type, Built] = {
    sb.ActionsBlock: st.builds(
        sb.ActionsBlock,
        apart(any_of(button, menus, pickers, checks, radios, overflow, workflow_button), 5),
    ),
    sb.AlertBlock: st.builds(
        sb.AlertBlock, words(200), st.sampled_from(["default", "info", "warning", "error", "success"])
    ),
    sb.CardBlock: cards,
    sb.CarouselBlock: st.builds(sb.CarouselBlock, some(cards, 3)),
    sb.ContextBlock: st.builds(sb.ContextBlock, some(text | image, 10)),
    sb.ContextActionsBlock: st.builds(
        sb.ContextActionsBlock,
        apart(
            st.builds(sb.FeedbackButtons, feedback, feedback)
            | st.builds(sb.IconButton, words(75), value=maybe(words(50)), visible_to_user_ids=maybe(ids)),
            5,
        ),
    ),
    sb.DataTableBlock: data_tables(),
    sb.DataVisualizationBlock: st.builds(sb.DataVisualizationBlock, words(50), charts()),
    sb.DividerBlock: st.builds(sb.DividerBlock),
    sb.FileBlock: st.builds(sb.FileBlock, words(20)),
    sb.HeaderBlock: st.builds(sb.HeaderBlock, words(150)),
    sb.ImageBlock: st.builds(sb.ImageBlock, words(50), words(50), maybe(words(50))),
    sb.InputBlock: st.builds(
        sb.InputBlock, words(50), inputs, st.booleans(), hint=maybe(words(50)), optional=st.booleans()
    ),
    sb.MarkdownBlock: st.builds(sb.MarkdownBlock, words(12_000)),
    sb.PlanBlock: st.builds(
        sb.PlanBlock, words(50), some(tasks("pending", "in_progress", "complete", "error"), 3, 0)
    ),
    sb.RichTextBlock: rich_text,
    sb.SectionBlock: st.builds(
        sb.SectionBlock,
        text,
        fields=maybe(some(text, 10)),
        accessory=maybe(any_of(button, image, menus, checks, radios, overflow, workflow_button)),
    ),
    sb.TableBlock: st.builds(
        sb.TableBlock,
        some(some(raw_text | rich_parts, 4), 4),
        maybe(some(st.builds(sb.ColumnSettings, st.sampled_from(["left", "right"]), st.booleans()), 4)),
    ),
    sb.TaskCardBlock: tasks("in_progress", "complete", "error"),
    sb.VideoBlock: st.builds(
        sb.VideoBlock,
        words(50),
        words(50),
        words(50),
        words(50),
        maybe(words(50)),
        description=maybe(words(200)),
        provider_name=maybe(words(50)),
        title_url=maybe(words(50)),
    ),
}
INSIDE = (
    "Actions",
    "Context",
    "Divider",
    "File",
    "Header",
    "Image",
    "Input",
    "RichText",
    "Section",
    "Table",
    "Video",
)
CHILDREN = any_of(*(BLOCKS[getattr(sb, f"{name}Block")] for name in INSIDE))
BLOCKS[sb.ContainerBlock] = st.builds(
    sb.ContainerBlock,
    some(CHILDREN, 3),
    title=words(150),
    subtitle=maybe(text),
    width=st.sampled_from(["narrow", "standard", "wide", "full"]),
    icon=maybe(image),
    is_collapsible=st.just(True),
    default_collapsed=st.booleans(),
)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def test_every_block_of_slackblocks_is_drawn() -> None:
    every = {
        kind for kind in vars(sb_blocks).values() if isinstance(kind, type) and issubclass(kind, sb.Block)
    }
    assert every - {sb.Block} == BLOCKS.keys()


@pytest.mark.parametrize("kind", list(BLOCKS), ids=lambda kind: kind.__name__)
def test_what_slackblocks_builds_passes(kind: type) -> None:
    surface = "modal" if kind is sb.AlertBlock else "message"

    @QUICK
    @given(BLOCKS[kind])
    def check(block: Any) -> None:
        drawn: JSON = block._resolve()
        assert check_blocks([drawn], surface) == []

    check()


@QUICK
@given(st.builds(sb.InputBlock, words(50), file_input), words(24), words(24), words(255), st.booleans())
def test_its_modals_pass_too(block: Any, title: str, submit: str, callback_id: str, notify: bool) -> None:
    view = sb.ModalView(title, [block], None, submit, "x", callback_id, notify_on_close=notify)
    assert check_view(view.to_dict()) == []


def test_a_style_slackblocks_lets_through_is_caught_by_ours() -> None:
    drawn = sb.ActionsBlock([sb.Button("x", style="huge")])._resolve()
    assert [fault.pointer for fault in check_blocks([drawn])] == ["/blocks/0/elements/0/style"]
