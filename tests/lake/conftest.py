"""These tests want the packages of requirements-lake.txt and a Spark server: `make lake` has both."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

READY = all(find_spec(name) for name in ("duckdb", "pyarrow", "sqlglot", "pyspark", "pysail"))
collect_ignore_glob = [] if READY else ["test_*.py"]


@pytest.fixture(scope="session")
def sail() -> Iterator[str]:
    """The address of a small server that speaks Spark Connect, in this process."""
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer()
    server.start()
    host, port = server.listening_address
    yield f"sc://{host}:{port}"
    server.stop()
