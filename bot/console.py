"""Draws an Answer as plain text with aligned tables: the terminal's, and Slack's fallback. Asks nothing."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

from skills.contract import (
    Answer,
    Basis,
    Cell,
    Choice,
    Figure,
    Figures,
    Language,
    Option,
    Part,
    Selection,
    Table,
    Text,
    Trend,
    Value,
)
from skills.text import Texts, change, load_texts, number, period

GAP = "  "


@cache
def _texts() -> Texts:
    return load_texts(Path(__file__).with_name("text.yaml"))


def plain(answer: Answer | None, message: str, choices: Sequence[Option], language: Language) -> str:
    """Title, reading, parts, basis, the desk's sentence, what to ask next."""
    blocks: list[str] = []
    if answer is not None:
        blocks.append(f"{answer.title}\n{answer.echo}".strip())
        blocks += [_part(part, language) for part in _shown(answer.parts)]
        if answer.basis is not None:
            said = {part.body for part in answer.parts if isinstance(part, Text)}
            blocks.append(_basis(answer.basis, language, said))
    blocks += [message, _choices(choices, language)]
    return "\n\n".join(block for block in blocks if block)


def _shown(parts: Sequence[Part]) -> list[Part]:
    """A chart beside its table says the same twice where nothing can be drawn."""
    has_table = any(isinstance(part, Table) for part in parts)
    return [part for part in parts if not (has_table and isinstance(part, Trend))]


def _part(part: Part, language: Language) -> str:
    match part:
        case Text():
            return part.body
        case Figures():
            return "\n".join(_figure(each, language) for each in part.items)
        case Table():
            return _table(part, language)
        case Trend():
            return _trend(part, language)
        case Choice():
            return "\n".join(filter(None, (part.prompt, _choices(part.options, language))))
        case Selection():
            return ""  # its rows are in the table above


def _choices(options: Sequence[Option], language: Language) -> str:
    if not options:
        return ""
    return _say(language, "console.choices", options=" | ".join(option.label for option in options))


def _figure(figure: Figure, language: Language) -> str:
    line = f"{figure.label}: {number(figure.value, language)}"
    if figure.detail:
        line += f" ({figure.detail})"
    if figure.previous is not None:
        line += " · " + _say(
            language,
            "console.previous",
            change=change(figure.value, figure.previous, language),
            previous=number(figure.previous, language),
            label=figure.previous_label,
        )
    if figure.target is not None:
        aim = figure.target_label.lower() or _say(language, "console.aim")
        line += " · " + _say(language, "console.target", aim=aim, target=number(figure.target, language))
    return " ".join(line.split())


# --- Tables --------------------------------------------------------------------------------------


def _table(table: Table, language: Language) -> str:
    """Words to the left, numbers to the right."""
    shown = [[_cell(cell, language) for cell in row] for row in table.rows]
    right = [any(isinstance(row[at], Value) for row in table.rows) for at in range(len(table.columns))]
    lines = _aligned([list(table.columns), *shown], right)
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(filter(None, (table.title, *lines, table.note)))


def _cell(cell: Cell, language: Language) -> str:
    if isinstance(cell, Value):
        return number(cell, language)
    return " ".join((cell or "").split())


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(right))]
    return [
        GAP.join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]


def _trend(trend: Trend, language: Language) -> str:
    """A terminal has no chart: the points, as a table."""

    def value(amount: Decimal | None) -> str:
        return number(Value(amount, trend.unit), language)

    names = [name for name, _ in trend.series]
    rows = [
        [label, *(value(points[at]) for _, points in trend.series)] for at, label in enumerate(trend.labels)
    ]
    lines = _aligned([["", *names], *rows], [False, *(True for _ in names)])
    return "\n".join(filter(None, (trend.title, *lines)))


# --- The basis -----------------------------------------------------------------------------------


def _basis(basis: Basis, language: Language, said: Collection[str]) -> str:
    over = period(basis.period, language) if basis.period is not None else ""
    key = "console.period_partial" if basis.partial else "console.period"
    facts = [
        _say(language, key, period=over) if over else "",
        _say(language, "console.as_of", as_of=basis.as_of_label) if basis.as_of_label else "",
        _say(language, "console.filters", filters=", ".join(basis.filters)) if basis.filters else "",
        _say(language, "console.scope", scope=basis.scope) if basis.scope else "",
        _say(language, "console.from_facts") if basis.read_from == "facts" else "",
    ]
    lines = [
        f"{basis.label}: {basis.definition}" if basis.definition else "",
        " · ".join(filter(None, facts)),
        *(note for note in basis.notes if note not in said),
    ]
    return "\n".join(filter(None, lines))


def _say(language: Language, key: str, **slots: str) -> str:
    return _texts().say(language, key, **slots)
