"""Puts the answers to several metrics asked at once into one, in the order asked. Computes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from skills.contract import Answer, Basis, Part, Refused, Say, Text


def several(metrics: Sequence[str], one: Callable[[str], Answer], say: Say) -> Answer:
    """Each in full. A metric that cannot be answered is said by name, never left out in silence."""
    answers: list[Answer] = []
    parts: list[Part] = []
    refusals: list[Refused] = []
    for metric in metrics:
        try:
            answer = one(metric)
        except Refused as refusal:
            refusals.append(refusal)
            parts.append(Text(say(refusal.key, **refusal.slots), "warning"))
            continue
        answers.append(replace(answer, rows=tuple({"metric": metric, **row} for row in answer.rows)))
        parts += [Text(answer.title), *answer.parts]
    if not answers:
        said = "\n".join(say(refusal.key, **refusal.slots) for refusal in refusals)
        raise Refused("desk.all_refused", about=refusals[0].about, said=said)
    return Answer(
        title=" · ".join(answer.title for answer in answers),
        echo="\n".join(dict.fromkeys(answer.echo for answer in answers)),
        parts=tuple(parts),
        rows=tuple(row for answer in answers for row in answer.rows),
        basis=_together([answer.basis for answer in answers if answer.basis is not None]),
        next=answers[0].next,
    )


def _together(bases: Sequence[Basis]) -> Basis | None:
    """What they share from the first; what each defines, of all."""
    if len(bases) < 2:
        return bases[0] if bases else None
    return replace(
        bases[0],
        metric=", ".join(basis.metric for basis in bases),
        label=" · ".join(basis.label for basis in bases),
        definition="\n".join(f"{basis.label}: {basis.definition}" for basis in bases),
        formula="\n".join(f"{basis.label}: {basis.formula}" for basis in bases),
        partial=any(basis.partial for basis in bases),
        as_of={source: at for basis in bases for source, at in basis.as_of.items()},
        as_of_label=" · ".join(dict.fromkeys(basis.as_of_label for basis in bases)),
        notes=tuple(dict.fromkeys(note for basis in bases for note in basis.notes)),
        query=partial(_statements, bases) if any(basis.query for basis in bases) else None,
    )


def _statements(bases: Sequence[Basis]) -> str:
    return ";\n\n".join(basis.sql for basis in bases if basis.query is not None)
