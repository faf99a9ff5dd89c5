"""Where a model may be asked, and that nothing of it is imported while none is named."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.llm.where import address_of, stays_here
from bot.sections import Llm
from bot.settings import SettingsFault, load_settings
from tests.llm_desk import second
from tests.llm_server import Said, always, serving
from tests.reading_agency import NOW
from tests.test_llm_reading import ASKED, GOOD

HOME = Path(__file__).parent.parent
LIBRARIES = ("langchain", "langchain_core", "langchain_openai", "langsmith", "openai", "bot.llm.model")
ASKING = """
import json, sys
from pathlib import Path
{opened}
app = opened(Path(sys.argv[1]), sys.argv[2] or None)
place = Place("cli", "cli")
outcome = app.desk.ask("guajolotes de hoy", who=Who("cli", "x"), place=place, thread=None, now=NOW)
print(json.dumps([outcome.outcome, sorted(set(sys.modules) & set(sys.argv[3].split(",")))]))
"""


def settings_of(path: Path, llm: str, env: str = "") -> Llm:
    (path / "config.yaml").write_text(f"llm:\n{llm}\n", encoding="utf-8")
    (path / ".env").write_text(env, encoding="utf-8")
    return load_settings(path, {}).llm


def faults_of(path: Path, llm: str) -> str:
    with pytest.raises(SettingsFault) as caught:
        settings_of(path, llm)
    return str(caught.value)


def test_it_is_off_by_default(tmp_path: Path) -> None:
    assert Llm().model is None
    assert load_settings(HOME, {}).llm == Llm()
    for written in ("off", "'off'", "false", "null", "''"):
        assert settings_of(tmp_path, f"  model: {written}").model is None


@pytest.mark.parametrize(
    "line",
    [
        "  model: openai:local\n  base_url: http://127.0.0.1:8080/v1",
        "  model: openai:local\n  base_url: http://localhost:8080/v1",
        "  model: openai:local\n  base_url: http://[::1]:8080/v1",
        "  model: openai:local\n  base_url: https://10.1.2.3/v1",
        "  model: openai:local\n  base_url: http://192.168.7.7:1234/v1",
        "  model: openai:gpt-5.5\n  external: true",
        "  model: openai:x\n  base_url: https://api.example.com/v1\n  external: true",
    ],
)
def test_one_line_switches_it_on(tmp_path: Path, line: str) -> None:
    llm = settings_of(tmp_path, line, "LLM_API_KEY=sk-1\n")
    assert llm.model is not None
    assert llm.api_key is not None
    assert "sk-1" not in repr(llm)


@pytest.mark.parametrize(
    "line",
    [
        "  model: openai:gpt-5.5",
        "  model: openai:x\n  base_url: https://8.8.8.8/v1",
        "  model: openai:x\n  base_url: http://[::ffff:8.8.8.8]/v1",
        "  model: openai:x\n  base_url: http://100.64.0.1/v1",
        "  model: openai:x\n  base_url: http://0.0.0.0/v1",
        "  model: openai:x\n  base_url: http://nowhere.invalid/v1",
        "  model: openai:x\n  base_url: ftp://127.0.0.1/v1",
        "  model: openai:x\n  base_url: http://127.0.0.1:99999/v1",
    ],
)
def test_a_server_elsewhere_is_refused_in_a_sentence(tmp_path: Path, line: str) -> None:
    said = faults_of(tmp_path, line)
    assert said.startswith("config.yaml: llm: ")
    assert "is not on this machine or a private network" in said
    assert "external: true" in said


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    for model in ("gpt", "true", "'openai:'", "mystery:x", "':x'"):
        assert "config.yaml: llm.model: off, or one of openai:NAME" in faults_of(
            tmp_path, f"  model: {model}"
        )
    assert "config.yaml: llm.api_key: a secret" in faults_of(tmp_path, "  api_key: sk-1")
    assert "unknown key" in faults_of(tmp_path, "  temperature: 2")


@pytest.mark.skipif(find_spec("langchain_anthropic") is not None, reason="its package is installed")
def test_a_provider_without_its_package_is_told_at_start(tmp_path: Path) -> None:
    said = faults_of(tmp_path, "  model: anthropic:claude-opus-4-7\n  external: true")
    assert "needs a package that is not installed: pip install -r requirements-llm.txt" in said


def test_where_a_provider_is_when_nobody_says() -> None:
    assert address_of("ollama:x", None) == "http://127.0.0.1:11434"
    assert address_of("openai:x", None) is None
    assert not stays_here(None)


@pytest.mark.parametrize("model", ["", "openai:fake"])
def test_nothing_is_imported_before_it_is_needed(tmp_path: Path, model: str) -> None:
    """Off: none of it at all. On: `bot.llm.model`, and langchain itself only with the first question."""
    code = ASKING.replace("{opened}", _OPENED)
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path), model, ",".join(LIBRARIES)],
        capture_output=True,
        text=True,
        cwd=HOME,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    outcome, imported = json.loads(run.stdout.splitlines()[-1])
    assert outcome == "clarify"
    assert imported == ([] if not model else sorted(LIBRARIES))


_OPENED = """
from bot.app import build
from bot.desk import Place, Who
from bot.sections import Llm
from bot.settings import Settings
from db.engine import open_engine
from db.tables import metadata
from tests.small import NOW
def opened(path, model):
    engine = open_engine(f"sqlite:///{path / 'x.db'}")
    metadata.create_all(engine)
    llm = Llm(model=model, base_url="http://127.0.0.1:9/v1", timeout=20, max_retries=0)
    return build(Settings(llm=llm), engine=engine)
"""


# --- Where it does not go -----------------------------------------------------------------------------


def test_a_proxy_of_the_environment_is_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(GOOD)) as fake, serving(always(GOOD)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        assert second(fake).read(ASKED, now=NOW).choices
    assert (len(fake.bodies), proxy.bodies) == (1, [])


def test_it_does_not_follow_to_another_server() -> None:
    with serving(always(GOOD)) as other:
        away = Said(GOOD, status=307, location=f"{other.url}/chat/completions")
        with serving(lambda _said: away) as fake:
            assert second(fake).read(ASKED, now=NOW).choices == ()
    assert other.bodies == []


def test_no_tracing_service_hears_of_it(tmp_path: Path) -> None:
    """Variables set for another program on the machine would send every message there."""
    with serving(always("")) as service, serving(always(GOOD)) as fake:
        tracing = {"TRACING": "true", "ENDPOINT": service.url, "API_KEY": "k"}
        env = {**os.environ, **{f"LANGSMITH_{name}": value for name, value in tracing.items()}}

        def run(code: str) -> None:
            given = [sys.executable, "-c", code, fake.url]
            subprocess.run(given, env=env, cwd=HOME, check=True, capture_output=True)

        run(_OURS)
        assert (len(fake.bodies), service.bodies) == (1, [])
        run(_BARE)  # the ablation: the library by itself
        assert any("guajolotes" in body for body in service.bodies)


_OURS = """
import sys
from tests.llm_desk import second
from tests.llm_server import FakeModel
from tests.reading_agency import NOW
from langchain_core.tracers.langchain import wait_for_all_tracers
assert second(FakeModel(None, sys.argv[1])).read("guajolotes de ayer por campaña", now=NOW).calls
wait_for_all_tracers()
"""
_BARE = """
import sys
from langchain.chat_models import init_chat_model
from langchain_core.tracers.langchain import wait_for_all_tracers
init_chat_model("openai:fake", base_url=sys.argv[1], api_key="k").invoke("guajolotes")
wait_for_all_tracers()
"""
