"""Requests that nobody should send: genuine ones with something wrong, signed and not. Made from a seed."""

import copy
import json
import random
import string
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.slack_requests import (
    AS_FORM,
    AS_JSON,
    CLICK,
    CLICK_IN_VIEW,
    JSON,
    SAMPLES,
    SIGNATURE,
    STAMP,
    SUBMISSION,
    SUGGESTION,
    Request,
    Sample,
    interaction,
)

HOOKS = "https://hooks.slack.com"
# What the bot's own messages, forms and menus are called, so that a mutant gets as far as their code.
AT_MESSAGES = ("ask:0", "definition", "sql", "excel", "image", "feedback")
IN_VIEWS = (
    "home_see:0",
    "home_again:0",
    "home_ask",
    "home_find",
    "home_refresh",
    "form_metric",
    "form_period",
    "account_again",
    "account_pick:0",
)
FORMS = ("ask_form", "account_form", "feedback_form")
MENUS = ("form_metric", "form_owner", "form_agent", "form_account")
WORDS = ("ayuda", "¿roll rate esta semana por campaña?", "cuenta 1", "<@UCARTERA>", "", "payload", "revienta")
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    2**70,
    "",
    " ",
    "x" * 300,
    "x" * 70_000,
    "\\u0000",
    "\x00",
    "\ud800",
    "‮🎉é",
    "'; drop table inbox; --",
    "<!channel> <@U11>",
    "{{7*7}}%s%n",
    [],
    {},
    [[]],
    [None],
    {"id": None},
    {"": ""},
    "T1",
    "1793000000.000100",
)


@dataclass(frozen=True)
class Mutant:
    request: Request
    headers: list[tuple[str, str]]
    signed: bool


def mutants(n: int, seed: int, base: str) -> Iterator[Mutant]:
    """`base` is where the bot under test may answer to."""
    chance = random.Random(seed)
    for _ in range(n):
        request = _request(chance, base)
        signed = chance.random() < 0.5
        yield Mutant(request, _headers(chance, request, signed), signed)


def _request(chance: random.Random, base: str) -> Request:
    sample = chance.choice(_population())
    body = json.loads(json.dumps(sample.body).replace(HOOKS, base))
    _fresh(chance, body)
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        _odd(chance, body)
    request = sample.way(body)
    if chance.random() < 0.3:
        request = chance.choice(BYTES)(chance, request)
    return request


def _population() -> list[Sample]:
    clicks = [Sample(_clicked(CLICK, name), interaction) for name in AT_MESSAGES]
    clicks += [Sample(_clicked(CLICK_IN_VIEW, name), interaction) for name in IN_VIEWS]
    forms = [Sample(_named(SUBMISSION, "view", "callback_id", name), interaction) for name in FORMS]
    menus = [Sample({**SUGGESTION, "action_id": name}, interaction) for name in MENUS]
    said = [Sample(_named(SAMPLES["direct"].body, "event", "text", word)) for word in WORDS]
    return [*SAMPLES.values(), *clicks, *forms, *menus, *said]


def _named(body: JSON, part: str, key: str, value: str) -> JSON:
    return {**body, part: {**body[part], key: value}}


def _clicked(click: JSON, name: str) -> JSON:
    return {**click, "actions": [{**click["actions"][0], "action_id": name}]}


def _fresh(chance: random.Random, body: JSON) -> None:
    """Another event, message or trigger than before, or nobody would look at it."""
    for part in (body, body.get("event"), body.get("container"), body.get("view")):
        for key in ("event_id", "ts", "message_ts", "trigger_id", "id"):
            if isinstance(part, dict) and isinstance(part.get(key), str):
                part[key] = _renamed(chance, part[key])


def _renamed(chance: random.Random, value: str) -> str:
    digits = "".join(chance.choices(string.digits, k=6))
    return f"{1793000000 + chance.randrange(9999)}.{digits}" if value[:1].isdigit() else value[:2] + digits


# --- something wrong in the payload ---------------------------------------------------------------


def _odd(chance: random.Random, body: Any) -> None:
    """One place in the payload is gone, is of another kind, or is there twice as deep."""
    where = body
    while True:
        keys = list(where) if isinstance(where, dict) else list(range(len(where)))
        if not keys:
            return
        key = chance.choice(keys)
        inner = where[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.7:
            where = inner
            continue
        break
    match chance.randrange(5):
        case 0 if isinstance(where, dict):
            del where[key]
        case 1:
            where[key] = _deep(chance.choice((5, 39, 60, 400)))
        case 2:
            where[key] = [copy.deepcopy(inner)]
        case 3 if isinstance(where, dict):
            where[chance.choice(("command", "type", "ssl_check", "payload", "event", "user"))] = inner
        case _:
            where[key] = copy.deepcopy(chance.choice(ODD))


def _deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


# --- something wrong in the bytes -----------------------------------------------------------------


def _cut(chance: random.Random, request: Request) -> Request:
    return replace(request, raw=request.raw[: chance.randrange(len(request.raw) + 1)])


def _flipped(chance: random.Random, request: Request) -> Request:
    raw = bytearray(request.raw)
    for _ in range(chance.randrange(1, 8)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return replace(request, raw=bytes(raw))


def _doubled(chance: random.Random, request: Request) -> Request:
    return replace(request, raw=request.raw + chance.choice((b"&", b"", b"\r\n")) + request.raw)


def _noise(chance: random.Random, request: Request) -> Request:
    return replace(request, raw=chance.randbytes(chance.randrange(3000)))


def _brackets(chance: random.Random, request: Request) -> Request:
    opening = chance.choice((b"[", b'{"a":', b'"', b"payload=["))
    return replace(request, raw=opening * chance.randrange(30_000))


def _mistyped(chance: random.Random, request: Request) -> Request:
    kinds = (
        AS_JSON,
        AS_FORM,
        "",
        "text/plain",
        "multipart/form-data; boundary=x",
        f"{AS_JSON}; charset=utf-7",
    )
    return replace(request, kind=chance.choice(kinds))


BYTES: tuple[Callable[[random.Random, Request], Request], ...] = (
    _cut,
    _flipped,
    _doubled,
    _noise,
    _brackets,
    _mistyped,
)


# --- who signs ------------------------------------------------------------------------------------


def _headers(chance: random.Random, request: Request, signed: bool) -> list[tuple[str, str]]:
    if signed:
        return request.headers()
    headers = request.headers(chance.choice(("another", "x" * 500)))
    match chance.randrange(5):
        case 0:
            return [pair for pair in headers if pair[0] not in (STAMP, SIGNATURE)]
        case 1:
            return [(name, "é" * 9 if name == SIGNATURE else value) for name, value in headers]
        case 2:
            return [(name, "NaN" if name == STAMP else value) for name, value in headers]
        case 3:
            return request.headers(stamp=str(int(time.time()) - chance.randrange(400, 10**9)))
        case _:
            return headers
