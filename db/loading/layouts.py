"""Kinds of file and the layouts that map a client's columns to them; which layout a file is in.

Knows headers only: no cell, no database.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rapidfuzz import process

from db.loading.faults import LoadingRefused
from db.loading.readers import plain
from db.written import read_yaml

FOLDER = Path(__file__).with_name("layouts")
# Columns of our own rejects file: a corrected one can be sent again as it is.
OUR_MARKS = frozenset({"linea", "motivo"})
_CLOSE_ENOUGH = 75


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(_Model):
    """The columns a kind of file has, with their types, and those that tell its rows apart."""

    required: dict[str, str]
    optional: dict[str, str] = {}
    key: tuple[str, ...] = ()
    happened: tuple[str, ...] = ()  # days that cannot lie ahead

    @property
    def types(self) -> dict[str, str]:
        return self.required | self.optional


class Join(_Model):
    join: tuple[str, ...]


class Reversal(_Model):
    column: str
    reversed: tuple[str, ...]
    paid: tuple[str, ...]


class KindLayout(_Model):
    columns: dict[str, tuple[str, ...] | Join]
    from_client: tuple[str, ...] = ("client_code",)  # what `--client` makes known
    supplied: dict[str, str] = {}  # the same value in every row
    values: dict[str, dict[str, str]] = {}
    result_codes: dict[str, str] = {}
    reversal: Reversal | None = None


class Layout(_Model):
    name: str
    kinds: dict[str, KindLayout] = {}
    own_names: bool = False  # every kind, under the product's own column names


class _Book(_Model):
    kinds: dict[str, Kind]
    choices: dict[str, dict[str, tuple[str, ...]]]


class Choice(BaseModel):
    """The layout a file is in: which of its headers feeds each column of the kind."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    kind: str
    layout: str
    shape: Kind
    rules: KindLayout
    sources: dict[str, tuple[str, ...]]  # column of the kind -> headers of the file
    missing: tuple[str, ...] = ()  # required, and neither in the file nor supplied
    unknown: tuple[str, ...] = ()
    looks_like: str | None = None  # a kind whose columns the file has more of

    def header_of(self, column: str) -> str:
        """What the file itself calls a column of ours, for the sentences."""
        return next(iter(self.sources.get(column, ())), column)


@cache
def _book() -> _Book:
    return _Book.model_validate(read_yaml(FOLDER / "kinds.yaml"))


def kinds() -> Mapping[str, Kind]:
    return _book().kinds


def choices(name: str) -> Mapping[str, tuple[str, ...]]:
    return _book().choices[name]


@cache
def load_layouts(folder: Path = FOLDER) -> dict[str, Layout]:
    """Every layout of the folder, the product's own first."""
    files = [path for path in sorted(folder.glob("*.yaml")) if path.name != "kinds.yaml"]
    found = [Layout.model_validate(read_yaml(path)) for path in files]
    return {layout.name: layout for layout in sorted(found, key=lambda layout: not layout.own_names)}


def known_headers(kind: str) -> frozenset[str]:
    """Every header some layout gives a meaning in this kind of file."""
    rules = [found for layout in load_layouts().values() if (found := _rules(layout, kind)) is not None]
    return frozenset(plain(header) for each in rules for header in _headers(each))


def choose(kind: str, headers: Sequence[str], layout: str | None, client: str | None) -> Choice:
    """The named layout, or the only one the headers fit. Refuses by saying what is missing."""
    if kind not in kinds():
        raise LoadingRefused("load_unknown_kind", kind=kind, kinds=", ".join(kinds()))
    fits = [fit(each, kind, headers, client) for each in _candidates(kind, layout)]
    whole = [choice for choice in fits if not choice.missing]
    if len(whole) > 1:  # a file of the product's own names is never another's
        whole = [c for c in whole if len(c.unknown) == min(len(c.unknown) for c in whole)]
    if len(whole) == 1:
        return _doubted(whole[0], headers, client)
    if whole:
        raise LoadingRefused("load_several_layouts", layouts=", ".join(c.layout for c in whole))
    _refuse_incomplete(kind, headers, max(fits, key=lambda c: len(c.sources)), client)
    raise AssertionError("unreachable")


def _doubted(chosen: Choice, headers: Sequence[str], client: str | None) -> Choice:
    """A file may serve two kinds (an assignment file has balances too), but a person should look."""
    other = _looks_like(chosen.kind, headers, client)
    if other is None or not chosen.unknown or len(other.sources) <= len(chosen.sources):
        return chosen
    return chosen.model_copy(update={"looks_like": other.kind})


def _candidates(kind: str, layout: str | None) -> list[Layout]:
    layouts = load_layouts()
    if layout is not None and layout not in layouts:
        raise LoadingRefused("load_unknown_layout", layout=layout, layouts=", ".join(layouts))
    named = [layouts[layout]] if layout is not None else list(layouts.values())
    able = [each for each in named if _rules(each, kind) is not None]
    if not able:
        raise LoadingRefused("load_layout_lacks_kind", layout=str(layout), kind=kind)
    return able


def _rules(layout: Layout, kind: str) -> KindLayout | None:
    if layout.own_names:
        return KindLayout(columns={name: (name,) for name in kinds()[kind].types})
    return layout.kinds.get(kind)


def _headers(rules: KindLayout) -> list[str]:
    named = [
        h for given in rules.columns.values() for h in (given.join if isinstance(given, Join) else given)
    ]
    return named + ([rules.reversal.column] if rules.reversal else [])


def fit(layout: Layout, kind: str, headers: Sequence[str], client: str | None) -> Choice:
    shape, rules = kinds()[kind], _rules(layout, kind)
    if rules is None:
        raise ValueError(f"layout {layout.name} has no {kind}")
    present = {plain(header): header for header in reversed(headers)}
    sources: dict[str, tuple[str, ...]] = {}
    for column, given in rules.columns.items():
        names = given.join if isinstance(given, Join) else given
        found = [present[plain(name)] for name in names if plain(name) in present]
        if found:
            sources[column] = tuple(found if isinstance(given, Join) else found[:1])
    supplied = {*rules.supplied, *(rules.from_client if client else ())}
    used = {header for some in sources.values() for header in some}
    if rules.reversal is not None and plain(rules.reversal.column) in present:
        used.add(present[plain(rules.reversal.column)])
    return Choice(
        kind=kind,
        layout=layout.name,
        shape=shape,
        rules=rules,
        sources=sources,
        missing=tuple(c for c in shape.required if c not in sources and c not in supplied),
        unknown=tuple(h for h in headers if h not in used and plain(h) not in OUR_MARKS),
    )


def _refuse_incomplete(kind: str, headers: Sequence[str], best: Choice, client: str | None) -> None:
    """Say the columns that lack, what they may have been called, and what kind of file it looks like."""
    if set(best.missing) <= set(best.rules.from_client) and client is None:
        raise LoadingRefused("load_client_needed", layout=best.layout)
    other = _looks_like(kind, headers, client)
    if other is not None and len(best.sources) < len(other.sources):
        raise LoadingRefused("load_wrong_kind", kind=kind, other=other.kind, missing=_listed(best))
    guesses = [guess for column in best.missing if (guess := _guess(column, best)) is not None]
    key = "load_missing_columns_guess" if guesses else "load_missing_columns"
    slots = {"guesses": ", ".join(guesses)} if guesses else {}
    raise LoadingRefused(key, kind=kind, layout=best.layout, missing=_listed(best), **slots)


def _listed(choice: Choice) -> str:
    """The missing columns by the name the layout gives them."""
    return ", ".join(_wanted(column, choice) for column in choice.missing)


def _wanted(column: str, choice: Choice) -> str:
    given = choice.rules.columns.get(column, (column,))
    return (given.join if isinstance(given, Join) else given)[0]


def _guess(column: str, choice: Choice) -> str | None:
    """The header not understood that is closest to the one missing: `SALDO TOT` for SALDO_TOTAL."""
    wanted = _wanted(column, choice)
    close = process.extractOne(wanted, choice.unknown, processor=plain, score_cutoff=_CLOSE_ENOUGH)
    return f"{close[0]} → {wanted}" if close else None


def _looks_like(kind: str, headers: Sequence[str], client: str | None) -> Choice | None:
    others = [
        fit(layout, other, headers, client or "?")
        for layout in load_layouts().values()
        for other in kinds()
        if other != kind and _rules(layout, other) is not None
    ]
    whole = [choice for choice in others if not choice.missing]
    return max(whole, key=lambda choice: len(choice.sources), default=None)
