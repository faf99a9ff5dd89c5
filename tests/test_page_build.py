"""The committed page belongs to its sources, asks nothing of other hosts, and can be read by everybody."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

LOCALSLACK = Path(__file__).parents[1] / "localslack"
WEB, STATIC = LOCALSLACK / "web", LOCALSLACK / "static"
BESIDE = ("build.mjs", "index.html", "package.json", "package-lock.json", "tsconfig.json")


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fingerprint(web: Path) -> str:
    """As build.mjs computes it: every source's name and hash, in the order of names."""
    files = [web / name for name in BESIDE] + [path for path in (web / "src").rglob("*") if path.is_file()]
    named = sorted((path.relative_to(web).as_posix(), path) for path in files)
    return hashlib.sha256("".join(f"{name}\0{sha(path)}\n" for name, path in named).encode()).hexdigest()


def test_the_built_page_belongs_to_these_sources() -> None:
    record = json.loads((STATIC / "build.json").read_text())
    assert record["sources"] == fingerprint(WEB), "run `npm ci && npm run build` in localslack/web"
    built = {path.name: sha(path) for path in STATIC.iterdir() if path.name != "build.json"}
    assert built == record["built"], "localslack/static was changed by hand"


def test_a_changed_source_is_noticed(tmp_path: Path) -> None:
    copy = shutil.copytree(WEB, tmp_path / "web", ignore=shutil.ignore_patterns("node_modules"))
    assert fingerprint(copy) == fingerprint(WEB)
    text = copy / "src" / "text.ts"
    text.write_text(text.read_text(encoding="utf-8").replace("Enviar", "Mandar"), encoding="utf-8")
    assert fingerprint(copy) != fingerprint(WEB)


def test_the_page_is_one_script_one_stylesheet_and_nothing_inline() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script[^>]*>(.*?)</script>", page) == [""]
    assert re.findall(r'(?:src|href)="(/[^"]+)"', page) == ["/page.css", "/page.js"]
    assert "<style" not in page
    assert not re.search(r"\son\w+=", page)
    assert sorted(path.name for path in STATIC.iterdir()) == [
        "LICENSES.txt",
        "build.json",
        "index.html",
        "page.css",
        "page.js",
    ]


def test_nothing_in_it_names_another_host() -> None:
    styles = (STATIC / "page.css").read_text(encoding="utf-8")
    assert set(re.findall(r"url\(\s*['\"]?([a-z]+:|//|/)", styles)) == {"data:"}
    script = (STATIC / "page.js").read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([\w.-]+)", script))
    assert hosts <= {"www.w3.org"}  # the names of SVG and MathML


def test_no_source_sets_markup() -> None:
    banned = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
    sources = sorted((WEB / "src").rglob("*.ts*"))
    assert len(sources) > 30
    assert [path.name for path in sources if banned.search(path.read_text(encoding="utf-8"))] == []


def test_each_bundled_package_has_its_licence() -> None:
    packages = json.loads((WEB / "package.json").read_text())["dependencies"]
    licences = (STATIC / "LICENSES.txt").read_text(encoding="utf-8")
    for name, version in packages.items():
        assert f"{name} {version} (" in licences
    assert "Permission is hereby granted" in licences
    assert "SIL OPEN FONT LICENSE" in licences


def test_sources_stay_short() -> None:
    sources = [path for path in (WEB / "src").rglob("*") if path.is_file()]
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


# --- colours: WCAG AA, in both themes ----------------------------------------------------------------

TEXT = 4.5
PAIRS = [
    *((ink, paper) for ink in ("ink", "ink-2", "ink-3") for paper in ("paper", "paper-2", "paper-3")),
    ("link", "paper"),
    ("link", "link-back"),
    ("me-ink", "me-back"),
    ("red", "paper"),
    ("red", "red-back"),
    ("amber", "amber-back"),
    ("on-side", "side-top"),
    ("on-side-dim", "side-top"),
    ("on-side-on", "side-on"),
    ("ink-2", "ephemeral"),
]
SHAPES = 3.0
SERIES = [(f"s{i}", "paper") for i in range(6)] + [("line-strong", "paper")]


def themes() -> dict[str, dict[str, str]]:
    styles = (WEB / "src" / "styles" / "base.css").read_text(encoding="utf-8")
    found = {}
    for name, selector in (("light", ":root"), ("dark", '[data-theme="dark"]')):
        block = styles[styles.index(selector + " {") :]
        found[name] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block[: block.index("}")]))
    return {"light": found["light"], "dark": {**found["light"], **found["dark"]}}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(d * 2 for d in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_reckoned_as_the_standard_does() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_and_every_series_stands_out(theme: str) -> None:
    colours = themes()[theme]
    wanted = [(pair, TEXT) for pair in PAIRS] + [(pair, SHAPES) for pair in SERIES]
    weak = {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair, least in wanted
        if contrast(colours[pair[0]], colours[pair[1]]) < least
    }
    assert weak == {}
    assert contrast("#ffffff", colours["green"]) >= TEXT
    assert contrast("#ffffff", colours["red-solid"]) >= TEXT
