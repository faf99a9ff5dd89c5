"""The bot alone, against Slack or whatever SLACK_API_URL names."""

import argparse
import asyncio
import gc
import signal

from bot.app import App
from bot.commands.common import OK, Stop, note, opened
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # nothing to choose


def run(args: argparse.Namespace) -> int:
    del args
    with opened() as app:
        serve(app, app.settings)
    return OK


def serve(app: App, settings: Settings) -> None:
    """Until it is told to stop. The Slack libraries are imported here: no other command pays for them."""
    from bot.slack.app import build_slack
    from bot.slack.faults import CannotServe

    async def until_stopped() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, stop.set)
        serving = asyncio.create_task(edge.serve(stop))
        ready = asyncio.create_task(edge.ready.wait())
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            note(app.texts.say(settings.agency.language, "cli.serving"))
        ready.cancel()
        await serving

    try:
        edge = build_slack(settings, app.desk, app.engine, app.texts)
        # What is here now stays: the collector's long pass would stop every answer for a fifth of a second.
        gc.collect()
        gc.freeze()
        asyncio.run(until_stopped())
    except CannotServe as error:
        raise Stop("cli.plain", said=str(error)) from error
