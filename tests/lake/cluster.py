"""A Spark master, two workers and a Spark Connect server on loopback, by the commands of docs/lake.md.

`python -m tests.lake.cluster` starts one and says its address; Ctrl+C ends it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
WORKERS = 2
STARTS_WITHIN = 120.0  # seconds: a JVM on a busy machine
# Where `make lake` unpacks the server: apart, so that what is tested is the client an owner installs.
SPARK = Path(os.environ.get("SPARK_HOME", Path(sys.prefix) / "spark" / "pyspark"))
_CLASS = "org.apache.spark.deploy"


def unavailable() -> str:
    """Why no cluster can be started here; empty where it can."""
    if not (SPARK / "bin" / "spark-class").exists():
        return f"no Spark in {SPARK}"
    return "" if shutil.which("java") or os.environ.get("JAVA_HOME") else "no Java"


@dataclass(frozen=True)
class Cluster:
    """Where it listens: `url` for Spark Connect, `page` for what the master knows of its workers, as JSON."""

    url: str
    page: str


@contextmanager
def running() -> Iterator[Cluster]:
    """Everything is ended afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cartera-spark-"))
    master, web, connect = _ports(3)
    spark = f"spark://{HOST}:{master}"
    bind = ("--host", HOST)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        commands: list[tuple[str, ...]] = [
            ("spark-class", f"{_CLASS}.master.Master", *bind, "--port", str(master), "--webui-port", str(web))
        ]
        for n in range(WORKERS):
            work = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"worker{n}"))
            commands.append(("spark-class", f"{_CLASS}.worker.Worker", *bind, *work, spark))
        settings = {
            "spark.connect.grpc.binding.address": HOST,
            "spark.connect.grpc.binding.port": str(connect),
            "spark.driver.host": HOST,
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "4",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
        }
        conf = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        server = "org.apache.spark.sql.connect.service.SparkConnectServer"
        commands.append(("spark-submit", "--class", server, "--master", spark, *conf))
        for n, command in enumerate(commands):
            stack.enter_context(_started(command, folder / f"{n}.log"))
            if n == 0:
                _wait_for(master, folder)
        _wait_for(connect, folder)
        yield Cluster(f"sc://{HOST}:{connect}", f"http://{HOST}:{web}/json/")


@contextmanager
def _started(command: tuple[str, ...], log: Path) -> Iterator[None]:
    """In a process group of its own: spark-class leaves a JVM behind otherwise."""
    environment = {
        **os.environ,
        "SPARK_HOME": str(SPARK),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_LOCAL_DIRS": str(log.parent),
        "SPARK_NO_DAEMONIZE": "1",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(SPARK / "bin" / command[0]), *command[1:]],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=log.parent,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_for(port: int, folder: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in sorted(folder.glob("*.log")))
    raise TimeoutError(f"nothing listens on {port}\n{logs}")


def _ports(count: int) -> list[int]:
    """Free at this moment; all held until the last is known, so that they differ."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in held]


if __name__ == "__main__":
    with running() as cluster:
        print(cluster.url, flush=True)
        with suppress(KeyboardInterrupt):
            signal.pause()
