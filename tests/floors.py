"""What test_floors.py looks for in the source: imports, environment, sizes, words, in any folder."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

FLOORS = ("db", "skills", "bot")  # imports only go down
PACKAGES = (*FLOORS, "localslack")
# A third party and the only places that may know it.
FENCES = {
    "slack_bolt": ("bot/slack/",),
    "slack_sdk": ("bot/slack/",),
    "aiohttp": ("bot/slack/", "bot/health/door.py", "localslack/"),
    "httpx": ("bot/gateways.py", "bot/llm/model.py"),
    "prometheus_client": ("bot/health/measures.py",),
    "polars": ("db/loading/",),
    "fastexcel": ("db/loading/",),
    "pyarrow": ("db/lake/",),
    "duckdb": ("db/lake/",),
    "sqlglot": ("db/lake/",),
    "pyspark": ("db/lake/",),
    "apscheduler": ("bot/jobs.py",),
    "langchain": ("bot/llm/model.py",),
    "langchain_core": ("bot/llm/model.py",),
    "langsmith": ("bot/llm/model.py",),
    "alembic": ("db/migrate.py",),
    "fpdf": ("skills/agree/pdf.py", "skills/reports/paper.py"),
    "pptx": ("skills/reports/deck.py",),
    "asyncssh": ("bot/sftp.py",),
    "dotenv": ("bot/settings.py",),
}
ENVIRONMENT = ("bot/settings.py", "localslack/__main__.py")
LINES, FUNCTION = 400, 60
GENERATED = ("migrations/versions/",)
SPANISH = re.compile(r"[áéíóúñüÁÉÍÓÚÑÜ¿¡]")
# Spanish letters that are data, not a sentence.
SPANISH_DATA = (
    "bot/understand/",  # what people type, to be recognised
    "bot/slack/typed.py",  # the same
    "db/demo/",  # an invented agency
    "db/loading/readers.py",  # names of months in a bank's file
)


def sources(root: Path, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Each Python file under these folders, by its path from the root."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path.relative_to(root).as_posix(), _parsed(path)


@cache
def _parsed(path: Path) -> ast.Module:
    """Once for all fences: nothing changes while they are tested."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module named, also inside functions and under TYPE_CHECKING."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def upward_imports(root: Path) -> list[str]:
    """A lower floor that knows a higher one; anybody but the tests who knows the local Slack."""
    found = []
    for file, tree in sources(root, *PACKAGES):
        here = file.split("/")[0]
        for module in imports(tree):
            there = module.split(".")[0]
            if there not in PACKAGES or there == here:
                continue
            if "localslack" in (here, there) or FLOORS.index(there) > FLOORS.index(here):
                found.append(f"{file}: {module}")
    return found


def skills_that_know_another(root: Path) -> list[str]:
    """A skill knows its own folder, what lies beside the folders for all of them, and the data. What lies
    beside the folders knows none of them; only their list (skills/__init__.py) does."""
    shared = {path.stem for path in (root / "skills").glob("*.py")} | {"contract", "text"}
    found = []
    for file, tree in sources(root, "skills"):
        _, *inside = file.split("/")
        if inside == ["__init__.py"]:
            continue
        own = {inside[0]} if len(inside) > 1 else set()
        for module in imports(tree):
            at, *there = module.split(".")
            if at == "skills" and there and there[0] not in shared | own:
                found.append(f"{file}: {module}")
    return found


def broken_fences(root: Path) -> list[str]:
    found = []
    for file, tree in sources(root, *PACKAGES):
        for module in imports(tree):
            homes = FENCES.get(module.split(".")[0])
            if homes is not None and not file.startswith(tuple(homes) or ("nowhere",)):
                found.append(f"{file}: {module}")
    return found


def environment_readers(root: Path) -> list[str]:
    found = []
    for file, tree in sources(root, *PACKAGES):
        if file in ENVIRONMENT:
            continue
        for node in ast.walk(tree):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            imported = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            if {name, *imported} & {"environ", "getenv", "environb", "getuser", "load_dotenv"}:
                found.append(f"{file}:{node.lineno}")  # type: ignore[attr-defined]
    return found


def sql_strings(root: Path) -> list[str]:
    """SQLAlchemy's text(): a query written as a string."""
    found = []
    for file, tree in sources(root, *FLOORS):
        for module in imports(tree):
            if module in ("sqlalchemy.text", "sqlalchemy.sql.text"):
                found.append(f"{file}: {module}")
    return found


def too_long(root: Path, *folders: str) -> list[str]:
    found = []
    for file, tree in sources(root, *folders):
        if file.startswith(GENERATED):
            continue
        lines = len((root / file).read_text(encoding="utf-8").splitlines())
        if lines > LINES:
            found.append(f"{file}: {lines} lines")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > FUNCTION:
                    found.append(f"{file}:{node.lineno} {node.name}: {size} lines")
    return found


def sentences_in_code(root: Path) -> list[str]:
    """Spanish letters in a string that is not a docstring: a sentence that belongs in a text.yaml."""
    found = []
    for file, tree in sources(root, *FLOORS):
        if file.startswith(SPANISH_DATA):
            continue
        documentation = {id(node) for node in _docstrings(tree)}
        for node in ast.walk(tree):
            spoken = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if spoken and id(node) not in documentation and SPANISH.search(node.value):  # type: ignore[attr-defined]
                found.append(f"{file}:{node.lineno} {node.value!r}")  # type: ignore[attr-defined]
    return found


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    owners = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(tree):
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value


def undocumented(root: Path) -> list[str]:
    """A module that does not say what it is for."""
    return [
        file
        for file, tree in sources(root, *PACKAGES)
        if ast.get_docstring(tree) is None and (root / file).read_text(encoding="utf-8").strip()
    ]


def with_names(root: Path, banned: Callable[[str], bool]) -> list[str]:
    return [
        f"{file}:{node.lineno} {node.name}"
        for file, tree in sources(root, *PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and banned(node.name)
    ]
