"""What an external select offers for the letters typed so far: only what this person may name.

Knows no form.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from sqlalchemy import Connection

from bot.slack.asker import Asker
from bot.slack.blocks import Block
from bot.slack.forms.fields import OPTION_VALUE, OPTIONS, option
from bot.understand.normalise import fold
from db.access import FoundAccount, Named, find_accounts, may_see
from db.metrics import Catalogue, Metric, load_catalogue
from db.periods import Period, month_of
from skills.text import Texts

LETTERS = 80  # of what was typed; nobody's name is longer
# Whether a named thing is within this person's reach.
Seen = Callable[[Connection, Asker, Named], bool]


@cache
def catalogue() -> Catalogue:
    """The KPIs there are; the file does not change while the bot runs."""
    return load_catalogue()


def metric_options(asker: Asker, typed: str, known: Catalogue) -> list[Block]:
    """KPIs that are computed and theirs to ask, by their name or any word for them, in both languages."""
    wanted = fold(typed[:LETTERS]).strip()

    def rank(metric: Metric) -> int | None:
        label = fold(metric.label.in_(asker.language))
        words = (*metric.words.es, *metric.words.en, fold(metric.label.es), fold(metric.label.en))
        if label.startswith(wanted):
            return 0
        if wanted in label or any(word.startswith(wanted) for word in words):
            return 1
        return 2 if any(wanted in word for word in words) else None

    found = [(rank(metric), metric) for metric in known.metrics.values() if asker.actor.may_ask(metric)]
    near = sorted((each for each in found if each[0] is not None), key=lambda each: each[0] or 0)
    return [
        option(metric.label.in_(asker.language), metric.id, metric.definition.in_(asker.language))
        for _, metric in near[:OPTIONS]
    ]


def within_reach(connection: Connection, asker: Asker, named: Named) -> bool:
    """By the same door that the answer goes through, over this month."""
    over = Period(start=month_of(asker.today).start, end=asker.today)
    return may_see(connection, asker.actor.scope, named.kind, [named.id], over)


def name_options(
    connection: Connection,
    asker: Asker,
    typed: str,
    kinds: Sequence[str],
    texts: Texts,
    *,
    seen: Seen = within_reach,
) -> list[Block]:
    """Named things by any of their words; none that this person may not see."""
    wanted = fold(typed[:LETTERS]).strip()
    if not wanted:
        return []
    offered = (named for named in _near(asker, kinds, wanted) if seen(connection, asker, named))
    made: list[Block] = []
    for named in offered:
        value = f"{named.kind}:{named.code}"
        if len(value) <= OPTION_VALUE:
            about = texts.say(asker.language, f"kpi.dim.{named.kind}") if len(kinds) > 1 else named.code
            made.append(option(named.display, value, about))
        if len(made) == OPTIONS:
            break
    return made


def _near(asker: Asker, kinds: Sequence[str], wanted: str) -> Iterator[Named]:
    """Those that begin so before those that hold it."""
    every = [named for kind in kinds for named in asker.names.of(kind)]
    begins = [named for named in every if any(word.startswith(wanted) for word in _words(named))]
    holds = [
        named for named in every if named not in begins and any(wanted in word for word in _words(named))
    ]
    yield from (*begins, *holds)


def _words(named: Named) -> Iterable[str]:
    return (fold(each) for each in (named.display, named.code, *named.aliases))


def account_options(connection: Connection, asker: Asker, typed: str, client: int | None) -> list[Block]:
    found = find_accounts(connection, asker.actor.scope, typed[:LETTERS], asker.today, OPTIONS, client=client)
    return [
        option(f"{each.number} · {each.client}", account_value(each), each.campaign)
        for each in found
        if len(account_value(each)) <= OPTION_VALUE
    ]


def account_value(account: FoundAccount) -> str:
    return f"{account.client_id}:{account.number}"
