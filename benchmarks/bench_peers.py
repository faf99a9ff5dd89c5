"""One question on one table of some 60,000 rows: our whole answer, beside two semantic layers, each warm.

    python -m benchmarks.bench_peers [--bsl PYTHON] [--metricflow PYTHON]

Each of the two wants an environment of its own, and is left out where its Python is not named:
    python -m venv bsl && bsl/bin/pip install boring-semantic-layer 'ibis-framework[duckdb]'
    python -m venv mf && mf/bin/pip install --only-binary=:all: metricflow duckdb pandas
The question: contact rate by campaign, month to date. Ours is the chat's answer with its comparison, notes
and buttons, from cells in SQLite; theirs is the rows alone, from DuckDB in memory. Inside their environments
this file runs by itself, so it imports nothing of ours at the top.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

START, END = "2026-11-01", "2026-11-18"
TIMES = 40


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bsl")
    parser.add_argument("--metricflow")
    parser.add_argument("--inside", choices=tuple(PEERS), help=argparse.SUPPRESS)
    parser.add_argument("--table", help=argparse.SUPPRESS)
    given = parser.parse_known_args()[0]
    if given.inside:
        print(json.dumps(PEERS[given.inside](given.table)))
        return
    with tempfile.TemporaryDirectory(prefix="cartera-bench-") as folder:
        table = Path(folder) / "contact_cells.parquet"
        rows, ours = _ours(Path(folder), table)
        print(f"\ncontact rate by campaign over a table of {rows:,} rows: milliseconds, warm")
        print(f"  {'ours, the whole answer':<28} p50 {ours[0]:>7.2f}   p95 {ours[1]:>7.2f}")
        for name, python in (("bsl", given.bsl), ("metricflow", given.metricflow)):
            if not python:
                print(f"  {name:<28} not asked for (see the head of benchmarks/bench_peers.py)")
                continue
            call = [python, __file__, "--inside", name, "--table", str(table)]
            told = subprocess.run(call, check=True, capture_output=True, text=True).stdout
            p50, p95 = json.loads(told.splitlines()[-1])
            print(f"  {name:<28} p50 {p50:>7.2f}   p95 {p95:>7.2f}   ours / theirs {ours[0] / p50:.2f}")


def _took(run: Callable[[], object]) -> tuple[float, float]:
    run()
    taken = []
    for _ in range(TIMES):
        started = perf_counter()
        run()
        taken.append((perf_counter() - started) * 1000)
    return statistics.median(taken), sorted(taken)[int(TIMES * 0.95)]


def _ours(folder: Path, table: Path) -> tuple[int, tuple[float, float]]:
    from sqlalchemy import select

    from benchmarks import bench_answers as answers
    from benchmarks.agency import NOW, Agency, Size
    from benchmarks.stores import fill
    from db.access import names
    from db.calendars import load_calendars
    from db.cells.refresh import refresh
    from db.engine import open_engine, reading
    from db.loading.pipes import read_frame
    from db.tables import cells, metadata
    from skills.contract import KpiRequest

    engine = open_engine(f"sqlite:///{folder / 'peers.db'}")
    metadata.create_all(engine)
    fill(engine, Agency(Size(accounts=5_000, contacts=61_500, payments=7_500, promises=4_000)))
    refresh(engine, load_calendars(), now=NOW, full=True)
    with reading(engine) as connection:
        frame = read_frame(connection, select(*cells.contact_cells.c))
        known = names(connection)
    frame.write_parquet(table)
    request = KpiRequest(metric="contact_rate", period=answers.MONTH, dims=("campaign",))
    return frame.height, _took(lambda: answers.ask(engine, known, request))


def _bsl(path: str) -> tuple[float, float]:
    layer, ibis = import_module("boring_semantic_layer"), import_module("ibis")
    contacts = ibis.duckdb.connect().read_parquet(path).cache()
    model = (
        layer.to_semantic_table(contacts, name="contacts")
        .with_dimensions(campaign=lambda t: t.campaign_id, day=lambda t: t.day)
        .with_measures(rate=lambda t: t.humans.sum() / t.attempts.sum())
    )

    def ask() -> object:
        month = model.filter(lambda t: t.day.between(START, END))
        return month.group_by("campaign").aggregate("rate").execute()

    return _took(ask)


def _metricflow(path: str) -> tuple[float, float]:
    """Its own engine over a manifest; only the client that hands SQL to DuckDB is written here."""
    duck = import_module("duckdb").connect()
    duck.execute(f"CREATE TABLE contacts AS SELECT * FROM read_parquet('{path}')")
    duck.execute(
        "CREATE TABLE days AS SELECT CAST(range AS DATE) AS ds "
        "FROM range(DATE '2025-01-01', DATE '2027-12-31', INTERVAL 1 DAY)"
    )
    engine_of = import_module("metricflow.engine.metricflow_engine")
    lookup = import_module("metricflow_semantics.model.semantic_manifest_lookup").SemanticManifestLookup
    manifest = import_module(
        "metricflow_semantic_interfaces.implementations.semantic_manifest"
    ).PydanticSemanticManifest.parse_raw(json.dumps(_MANIFEST))
    engine = engine_of.MetricFlowEngine(lookup(manifest), _client())

    def ask() -> object:
        request = engine_of.MetricFlowQueryRequest.create(
            metric_names=["contact_rate"],
            group_by_names=["contact__campaign_id"],
            where_constraints=[
                f"{{{{ TimeDimension('metric_time', 'day') }}}} BETWEEN '{START}' AND '{END}'"
            ],
        )
        sql = engine.explain(request).sql_statement.without_descriptions.sql
        return duck.execute(sql).fetchall()

    return _took(ask)


def _client() -> Any:
    protocols = import_module("metricflow.protocols.sql_client")
    renderer = import_module("metricflow.sql.render.duckdb_renderer").DuckDbSqlPlanRenderer()

    class Client:
        sql_engine_type = protocols.SqlEngine.DUCKDB
        sql_plan_renderer = renderer

        def render_bind_parameter_key(self, key: str) -> str:
            return f"${key}"

    return Client()


def _input(name: str) -> dict[str, Any]:
    return {"name": name}


def _simple(name: str) -> dict[str, Any]:
    how = {"semantic_model": "contacts", "agg": "sum", "agg_time_dimension": "day"}
    return {"metric_aggregation_params": how, "expr": name}


_MANIFEST: dict[str, Any] = {
    "semantic_models": [
        {
            "name": "contacts",
            "node_relation": {"alias": "contacts", "schema_name": "main", "relation_name": "main.contacts"},
            "defaults": {"agg_time_dimension": "day"},
            "entities": [{"name": "contact", "type": "primary", "expr": "campaign_id"}],
            "dimensions": [
                {"name": "day", "type": "time", "type_params": {"time_granularity": "day"}},
                {"name": "campaign_id", "type": "categorical"},
            ],
        }
    ],
    "metrics": [
        *({"name": name, "type": "simple", "type_params": _simple(name)} for name in ("humans", "attempts")),
        {
            "name": "contact_rate",
            "type": "ratio",
            "type_params": {"numerator": _input("humans"), "denominator": _input("attempts")},
        },
    ],
    "project_configuration": {
        "time_spines": [
            {
                "node_relation": {"alias": "days", "schema_name": "main", "relation_name": "main.days"},
                "primary_column": {"name": "ds", "time_granularity": "day"},
            }
        ],
        "time_spine_table_configurations": [],
    },
}
PEERS: dict[str, Callable[[str], tuple[float, float]]] = {"bsl": _bsl, "metricflow": _metricflow}

if __name__ == "__main__":
    main()
