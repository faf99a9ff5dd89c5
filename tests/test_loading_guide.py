"""docs/layouts.md says what the layouts say."""

from db.loading.guide import PAGE, page
from db.loading.layouts import choices as choices_of
from db.result_codes import load_result_codes


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m db.loading.guide"


def test_a_required_column_stands_out() -> None:
    assert "| `balances` | **client_code** **account_no** **as_of** **balance** **dpd**" in page()


def test_the_values_that_pass_are_listed() -> None:
    said = page()
    assert "| `campaigns.kind` | `COBRANZA` · `VENTA` (ventas) · `SERVICIO` · `PREVENTIVA` |" in said
    for code in load_result_codes().values():
        assert f"| `{code.code}` | {code.es} |" in said
    for name in choices_of("role"):
        assert f"`{name}`" in said
    assert "<!--" not in said
