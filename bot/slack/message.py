"""A message ready for Slack, and what is left of it when Slack will not draw a part."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.slack.blocks import BLOCKS, Block, context
from bot.slack.marks import cut_marked, inert
from skills.contract import Trend

TEXT = 3_500  # Slack advises 4,000
TABLES = ("table", "data_table")


@dataclass(frozen=True)
class Message:
    """`text` says it all in plain words: notifications, screen readers and old clients show only that.

    `cut_table`, `cut_charts`: what the blocks could not hold whole."""

    text: str
    blocks: list[Block] = field(default_factory=list)
    cut_table: bool = False
    cut_charts: tuple[Trend, ...] = ()
    clear: frozenset[str] = frozenset()  # what its reader may see whole

    def simpler(self) -> Iterator["Message"]:
        """What to try when Slack refuses the blocks: without charts and further tables, then words only."""
        tables = [each for each in self.blocks if each["type"] in TABLES]
        plainer = [
            each
            for each in self.blocks
            if each["type"] != "data_visualization" and not any(each is extra for extra in tables[1:])
        ]
        if len(plainer) < len(self.blocks):
            yield Message(self.text, plainer)
        if self.blocks:
            yield Message(self.text)


def message(plain_text: str, blocks: list[Block], *, lead: str = "", over: str = "") -> Message:
    """`lead` is a line of code-made markup on top; `over` ends a message that does not fit."""
    text = inert(plain_text)
    if lead:
        text = f"{lead}\n{text}"
        blocks = [context([lead]), *blocks]
    if len(blocks) > BLOCKS:
        blocks = [*blocks[: BLOCKS - 1], context([over])]
    return Message(cut_marked(text.strip(), TEXT), blocks)
