"""`python -m localslack`: starts the server, says where it listens, and ends cleanly when told to."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from localslack.serve import running
from localslack.team import Team, TeamError, load_team


async def listen(team: Team | None, port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, ended.set)
    async with running(team, port=port, rate_limits=True) as server:
        sys.stdout.write(json.dumps({"url": server.url, "api_url": server.api_url}) + "\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m localslack", description="Slack on this machine.")
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--team", type=Path, help="a team file (JSON); without it, a small team of three")
    asked = parser.parse_args()
    try:
        asyncio.run(listen(load_team(asked.team) if asked.team else None, asked.port))
    except (TeamError, OSError, OverflowError) as error:
        sys.stderr.write(f"localslack: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
