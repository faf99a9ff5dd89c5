"""Finds every fault in the files an owner may edit: config, metrics, texts, examples, migrations."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import make_url

from bot.app import HOME, reader, text_files
from bot.rights import ROLES, rights_of
from bot.settings import CONFIG, ENV, Fault, Settings
from db.access import Names
from db.calendars import load_calendars
from db.engine import open_engine, reading
from db.measures import MEASURES
from db.metrics import DEFAULT_FILE as METRICS
from db.metrics import Metric, Planned, load_catalogue
from db.migrate import VERSIONS, drift, upgrade
from db.trail.anchor import writable
from db.trail.seal import key_file
from skills import all_skills
from skills.help.examples import SKILLS, Example, load_examples
from skills.kpi.computed import COMPUTED
from skills.text import TextFault, load_texts

NOBODY = Names(())
PAID_TO = "R13"  # whose account an agreement names: skills/agree looks, not db/law


def every_fault(settings: Settings | None, known: Names, home: Path = HOME) -> list[Fault]:
    """`known` are the names of the database, to check the channels against."""
    checks: list[Callable[[], Iterator[Fault]]] = [
        lambda: metrics(METRICS),
        lambda: texts(text_files(home)),
        calendars,
        layouts,
        rules,
        skills,
        lambda: examples(SKILLS),
        migrations,
    ]
    if settings is not None:
        checks += [
            lambda: tokens(settings),
            lambda: channels(settings, known),
            lambda: definitions(settings, known),
            lambda: record(settings),
        ]
    return [fault for check in checks for fault in check()]


def tokens(settings: Settings) -> Iterator[Fault]:
    """No token at all is the local Slack; half of them is a mistake."""
    slack = settings.slack
    given = (slack.bot_token, slack.app_token, slack.signing_secret)
    if any(given):
        yield from (Fault(ENV, name, "missing: Slack needs it too") for name in slack.missing)


def channels(settings: Settings, known: Names) -> Iterator[Fault]:
    """A code that no client or campaign has opens nothing; an empty database knows none yet."""
    if not known.of("client"):
        return
    for channel, scope in settings.channels.registered.items():
        for kind, codes in (("client", scope.clients), ("campaign", scope.campaigns)):
            codes_known = {named.code for named in known.of(kind)}
            for code in codes or ():
                if code not in codes_known:
                    yield Fault(CONFIG, f"channels.registered.{channel}", f"no {kind} has the code {code}")


def definitions(settings: Settings, known: Names) -> Iterator[Fault]:
    """A definition chosen must be one that the metric has, of a client there is."""
    catalogue = load_catalogue()
    chosen = settings.definitions
    codes = {named.code for named in known.of("client")}
    for place, own in (("agency", chosen.agency), *((f"clients.{c}", m) for c, m in chosen.clients.items())):
        for metric, variant in own.items():
            found = catalogue.metrics.get(metric)
            if found is None or variant not in found.variants:
                possible = ", ".join(found.variants) if found else ""
                yield Fault(
                    CONFIG, f"definitions.{place}.{metric}", f"no such definition; there is: {possible}"
                )
    for code in chosen.clients:
        if codes and code not in codes:
            yield Fault(CONFIG, f"definitions.clients.{code}", f"no client has the code {code}")


def record(settings: Settings) -> Iterator[Fault]:
    """What seals the record must not lie beside what it protects, and its anchor must be writable."""
    if settings.environment == "production" and settings.audit.keys is None:
        where = key_file(make_url(settings.database.url))
        yield Fault(ENV, "CARTERA_AUDIT_KEYS", f"missing: the record is sealed with the key in {where}")
    anchor = settings.audit.anchor
    if anchor is not None and not writable(anchor):
        yield Fault(CONFIG, "audit.anchor", f"cannot be written: {anchor}")


def metrics(path: Path) -> Iterator[Fault]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        sections = {"metrics": dict(raw["metrics"]), "planned": dict(raw.get("planned", {}))}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        yield Fault(path.name, "", " ".join(str(error).split()))
        return
    for both in sections["metrics"].keys() & sections["planned"].keys():
        yield Fault(path.name, f"planned.{both}", "is computed already")
    for name, entry in sections["metrics"].items():
        yield from _metric(path.name, name, entry)
    for name, entry in sections["planned"].items():
        yield from _entry(path.name, f"planned.{name}", Planned, {"id": name, **entry})


def _metric(file: str, name: str, entry: dict[str, Any]) -> Iterator[Fault]:
    wrong = list(_entry(file, f"metrics.{name}", Metric, {"id": name, **entry}))
    yield from wrong
    if wrong:
        return
    for term in Metric.model_validate({"id": name, **entry}).every_term:
        if term not in MEASURES and term not in COMPUTED:
            yield Fault(file, f"metrics.{name}", f"no measure is called {term}")
    for role in sorted(set(entry.get("roles", ())) - ROLES):
        yield Fault(file, f"metrics.{name}.roles", f"no role is called {role}")
    for split in entry["splits"]:
        if split not in entry["dims"]:
            yield Fault(file, f"metrics.{name}.splits", f"{split} is not among its dims")


def _entry(file: str, key: str, model: type[BaseModel], entry: dict[str, Any]) -> Iterator[Fault]:
    try:
        model.model_validate(entry)
    except ValidationError as error:
        yield from _invalid(file, error, key)


def texts(paths: list[Path]) -> Iterator[Fault]:
    try:
        load_texts(*paths)
    except TextFault as fault:
        for each in fault.faults:
            file, _, problem = each.partition(": ")
            yield Fault(file, "", problem)


def calendars() -> Iterator[Fault]:
    try:
        load_calendars()
    except ValidationError as error:
        yield from _invalid("calendars.yaml", error)
    except (ValueError, OSError, yaml.YAMLError) as error:
        yield Fault("calendars.yaml", "", " ".join(str(error).split()))


def rules() -> Iterator[Fault]:
    """The rule book and the words it forbids."""
    from db.law.book import load_book
    from db.law.judging import AFTER, BEFORE
    from db.law.wording import unlawful_words

    try:
        book = load_book()
        unlawful_words("")
    except ValidationError as error:
        yield from _invalid("db/rules.yaml", error)
        return
    except (ValueError, OSError, TypeError, AttributeError, re.error, yaml.YAMLError) as error:
        yield Fault("db/rules.yaml", "", " ".join(str(error).split()))
        return
    for name, versions in book.rules.items():
        for each in versions:
            if each.after == "contact" and name not in AFTER:
                yield Fault("db/rules.yaml", name, "nothing searches contacts for it")
            if {*each.before} - {"wording"} and name not in BEFORE and name != PAID_TO:
                yield Fault("db/rules.yaml", name, "nothing looks ahead for it")


def layouts() -> Iterator[Fault]:
    from db.loading.layouts import load_layouts

    try:
        load_layouts()
    except ValidationError as error:
        yield from _invalid("db/loading/layouts", error)
    except (ValueError, OSError, yaml.YAMLError) as error:
        yield Fault("db/loading/layouts", "", " ".join(str(error).split()))


def skills() -> Iterator[Fault]:
    try:
        rights_of(all_skills())
    except ValueError as error:
        yield Fault("skills/__init__.py", "", str(error))


def examples(folder: Path) -> Iterator[Fault]:
    """Each phrase must be read as the request beside it, in both languages."""
    try:
        found = load_examples(folder)
    except ValidationError as error:
        yield from _invalid("examples.yaml", error)
        return
    except (ValueError, OSError, yaml.YAMLError) as error:
        yield Fault("examples.yaml", "", " ".join(str(error).split()))
        return
    questions = rights_of(all_skills()).questions
    for example in found:
        if example.intent not in questions:
            yield Fault(example.source, example.es, f"no question is called {example.intent}")
            continue
        try:
            wanted = questions[example.intent].request.model_validate(example.fields)
        except ValidationError as error:
            yield from _invalid(example.source, error)
            continue
        yield from _misread(example, wanted.model_dump(mode="json"))


def _misread(example: Example, wanted: dict[str, object]) -> Iterator[Fault]:
    read = reader(load_catalogue(), NOBODY, Settings()).read
    for phrase in (example.es, example.en):
        found = read(phrase, now=example.now)
        fields = dict(found.fields or {})
        differs = sorted(k for k, v in wanted.items() if fields.get(k) != v and (k in fields or v))
        if found.outcome != "question" or found.intent != example.intent:
            yield Fault(example.source, phrase, f"is read as {found.outcome} {found.about or ''}".strip())
        elif differs:
            yield Fault(example.source, phrase, f"is read with other {', '.join(differs)}")


def migrations() -> Iterator[Fault]:
    """A blank database brought to head must hold exactly the tables of db/tables."""
    engine = open_engine("sqlite://")
    try:
        upgrade(engine)
        with reading(engine) as connection:
            for difference in drift(connection):
                yield Fault(VERSIONS.parent.name, "", difference)
    finally:
        engine.dispose()


def _invalid(file: str, error: ValidationError, under: str = "") -> Iterator[Fault]:
    for each in error.errors(include_url=False):
        yield Fault(file, ".".join((*filter(None, [under]), *map(str, each["loc"]))), each["msg"])
