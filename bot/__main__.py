"""The command line of Cartera. Knows the commands' names, and that no traceback reaches a user."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from bot.commands.common import Stop, failed, stopped
from bot.health.logs import log_to_stderr

COMMANDS = (
    *("ask", "read", "import", "check", "refresh", "scan", "lake"),
    *("evaluate", "candidates", "unread", "audit", "letters", "doctor", "serve", "run"),
)
STOPPED_BY_HAND = 130


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    named = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        # Only the command that was named is imported: the others' libraries would cost its start.
        if given[:1] == [name] or not set(given) & set(COMMANDS):
            module = _module(name)
            about = (module.__doc__ or "").strip()
            module.arguments(named.add_parser(name, help=about, description=about))
    args = parser.parse_args(given)
    log_to_stderr()
    return _run(_module(args.command), args)


def _run(module: ModuleType, args: argparse.Namespace) -> int:
    as_json = bool(getattr(args, "json", False))
    try:
        code: int = module.run(args)
    except Stop as stop:
        return stopped(stop, as_json=as_json)
    except KeyboardInterrupt:
        return STOPPED_BY_HAND
    except Exception as error:
        return failed(error, args.command, as_json=as_json)
    return code


def _module(name: str) -> ModuleType:
    return importlib.import_module("bot.commands.import_" if name == "import" else f"bot.commands.{name}")


if __name__ == "__main__":
    sys.exit(main())
