"""docs/layouts.md says what the layouts say."""

from db.loading.guide import PAGE, page


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m db.loading.guide"


def test_a_required_column_stands_out() -> None:
    assert "| `balances` | **client_code** **account_no** **as_of** **balance** **dpd**" in page()
