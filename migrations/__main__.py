"""Writes a revision from what db/tables says now. `python -m migrations [first | "what changes"]`.

`first` writes the one initial revision anew, for as long as no released database exists.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from db.engine import open_engine, writing
from db.migrate import VERSIONS, make_revision, upgrade

FIRST = "0001"


def main(what: str) -> None:
    first = what == "first"
    if first:
        for path in VERSIONS.glob("*.py"):
            path.unlink()
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'blank.db'}")
        if not first:
            upgrade(engine)
        with writing(engine) as connection:
            make_revision(connection, "initial" if first else what, FIRST if first else None)
        engine.dispose()
    _tidy()


def _tidy() -> None:
    for path in VERSIONS.glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(one for one in lines if "# ### " not in one), encoding="utf-8")
    for fix in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *fix, str(VERSIONS)], check=True)  # noqa: S603


if __name__ == "__main__":
    main(sys.argv[1])
