"""What is wrong, if anything: database, disk, keys, Slack, clocks, data, messages. Changes nothing."""

import argparse
import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.app import App
from bot.commands.common import FAILED, OK, built, put, put_json, with_json
from bot.health import checks
from bot.health.checks import Finding
from db.engine import reading

SIGNS = {"ok": "✓", "warn": "!", "fail": "✗"}


def arguments(parser: argparse.ArgumentParser) -> None:
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    app = built()
    try:
        found = list(_findings(app))
    finally:
        app.close()
    failed = any(each.state == "fail" for each in found)
    if args.json:
        each = [{"check": f.name, "state": f.state, **f.slots} for f in found]
        put_json({"outcome": "failed" if failed else "done", "findings": each})
    else:
        for one in found:
            put(f"{SIGNS[one.state]} {_said(app, one.key, **one.slots)}")
        put(_said(app, f"doctor.{_verdict(found)}"))
    return FAILED if failed else OK


def _verdict(found: list[Finding]) -> str:
    states = {each.state for each in found}
    return "ill" if "fail" in states else "so_so" if "warn" in states else "well"


def _findings(app: App) -> Iterator[Finding]:
    settings, limits = app.settings, app.settings.operations
    now = datetime.now(settings.agency.zone)
    well = checks.ready(app.engine)
    yield from well
    yield checks.disk(app.engine, limits.disk_gb)
    yield from checks.keys(settings)
    if all(each.state != "fail" for each in well):
        with reading(app.engine) as connection:
            yield from checks.skew_of_database(connection, now, limits.clock_seconds)
            yield checks.ticking(connection, now)
            yield from checks.mail(connection, now, limits.outbox_minutes)
            yield from checks.data(connection, app.calendars, now, settings.freshness.model_dump())
    yield from _slack(app)


def _slack(app: App) -> Iterator[Finding]:
    slack = app.settings.slack
    if slack.missing:
        state: checks.State = "fail" if app.settings.environment == "production" else "warn"
        yield Finding("slack", state, "doctor.no_tokens", {"names": ", ".join(slack.missing)})
        return
    from bot.slack.reachable import reach  # the Slack libraries: no other command pays for them

    token = slack.bot_token.get_secret_value() if slack.bot_token and not slack.by_oauth else None
    reached = asyncio.run(reach(slack.api_url, token))
    if reached.error:
        yield Finding("slack", "fail", "doctor.slack_no", {"error": reached.error})
        return
    yield Finding("slack", "ok", "doctor.slack", {"workspace": reached.workspace or "Slack"})
    if reached.off is not None:
        yield checks.clock_skew("slack_clock", reached.off, app.settings.operations.clock_seconds)


def _said(app: App, key: str, **slots: Any) -> str:
    if "source" in slots:
        slots["source"] = _said(app, f"alerts.source.{slots['source']}")
    return app.texts.say(app.settings.agency.language, key, **slots)
