"""docs/indicadores.md says what the catalogue says."""

from db.metrics import load_catalogue
from skills.help.guide import PAGE, page


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m skills.help.guide"


def test_every_indicator_is_on_it() -> None:
    said, catalogue = page(), load_catalogue()
    assert all(f"`{metric}`" in said for metric in catalogue.metrics)
    assert all(each.lacks.es in said for each in catalogue.planned.values())
    assert "<!--" not in said
