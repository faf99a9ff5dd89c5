"""The answers that people marked as wrong, one JSON object a line: cases for `evaluate` once labelled."""

import argparse

from bot.commands.common import OK, opened, put_json
from bot.judged import candidates


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # nothing to choose


def run(args: argparse.Namespace) -> int:
    del args
    with opened() as app:
        for each in candidates(app.engine):
            put_json(each)
    return OK
