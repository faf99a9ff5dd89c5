"""Writes docs/indicadores.md from the catalogue: `python -m skills.help.guide`. A test keeps it fresh."""

from collections.abc import Iterator
from pathlib import Path

from db.metrics import Metric, load_catalogue
from skills.text import Texts, load_texts

HOME = Path(__file__).parents[2]
PAGE = HOME / "docs" / "indicadores.md"
TITLE = Path(__file__).with_name("guide.md")


def page() -> str:
    """Every indicator in the catalogue's order, then those it only knows by name."""
    texts = load_texts(HOME / "skills" / "kpi" / "text.yaml", HOME / "skills" / "help" / "text.yaml")
    catalogue = load_catalogue()
    told = "\n\n".join("\n".join(_entry(metric, texts)) for metric in catalogue.metrics.values())
    lacking = "\n".join(f"- **{each.label.es}**: {each.lacks.es}." for each in catalogue.planned.values())
    text = TITLE.read_text(encoding="utf-8")
    return text.replace("<!-- metrics -->", told).replace("<!-- planned -->", lacking)


def _entry(metric: Metric, texts: Texts) -> Iterator[str]:
    def say(key: str, **slots: object) -> str:
        return texts.say("es", f"help.{key}", **slots)

    yield f"### {metric.label.es} · `{metric.id}`\n"
    yield f"{metric.definition.es}\n"
    yield f"- {say('formula', formula=f'`{metric.formula.es}`')}"
    if metric.maturity:
        yield f"- {say('maturity', rule=metric.maturity.es)}"
    if metric.weighting != "none":
        yield f"- {say(f'weighs_{metric.weighting}')}"
    if metric.variants:
        named = "; ".join(each.label.es for each in metric.variants.values())
        own = metric.variants[metric.default_variant or ""].label.es
        yield f"- {say('variants', named=named, own=own)}"
    if metric.months:
        yield f"- {say('months')}"
    dims = ", ".join(texts.say("es", f"kpi.dim.{dim}") for dim in metric.dims)
    yield f"- {say('dims', dims=dims)}"
    yield f"- {say(f'better_{metric.better}')}"
    yield f"- {say('version', kpi=metric.kpi, version=metric.version, since=metric.valid_from)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
