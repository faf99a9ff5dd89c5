# make run: the whole product on this machine.   make test: every test.   Both set themselves up.
SHELL := /bin/bash
VENV := .venv
# Apart: what `make lake` needs weighs ten times what a pilot does.
LAKE := .venv-lake
PY := $(VENV)/bin/python
# The first of these that is 3.11 or newer.
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
# Installs in a fifth of pip's time; where it cannot, pip does it.
UV := uv==0.13.9
export UV_LINK_MODE := copy

.PHONY: run test check bench lake llm torture migration page

run: $(VENV)/run.stamp
	@exec $(PY) -m bot run

# A process for each core; the tests of a file share what they set up.
test: $(VENV)/dev.stamp
	@$(PY) -m pytest -n auto --dist loadfile $(ARGS)

check: $(VENV)/dev.stamp
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy

# That of the lake runs where `make lake` has been: it needs packages of its own.
bench: $(VENV)/dev.stamp
	@set -e; for file in benchmarks/bench_*.py; do \
		name=$$(basename "$$file" .py); py=$(PY); \
		if [ $$name = bench_lake ] && [ -f $(LAKE)/lake.stamp ]; then py=$(LAKE)/bin/python; fi; \
		$$py -m "benchmarks.$$name" $(ARGS); done

# Beyond one machine: the same totals from SQLite, PostgreSQL, DuckDB, Sail and a Spark cluster on loopback.
lake: $(LAKE)/lake.stamp
	@$(LAKE)/bin/python -m pytest tests/lake tests/test_lake.py $(ARGS)

# What a language model named in config.yaml is reached with.
llm: $(VENV)/run.stamp
	$(call install,requirements-llm.txt)

# The long fault runs; `make test` holds a short form of each.
torture: $(VENV)/dev.stamp
	@$(PY) -m tests.slack_fuzz --n 50000
	@$(PY) -m tests.slack_flood --events 2500
	@$(PY) -m tests.hostile_messages --n 10000
	@$(PY) -m tests.hostile_cells
	@$(PY) -m tests.numbers_torture --n 200
	@$(PY) -m tests.audit_torture --n 200
	@$(PY) -m tests.acting_races --n 500
	@$(PY) -m tests.acting_torture --actions 2000 --kills 200
	@$(PY) -m tests.clock_torture --n 500
	@$(PY) -m tests.outbox_torture
	@$(PY) -m tests.masking_torture
	@$(PY) -m tests.arco_torture

# A new revision: make migration m="what changes". Before the first release: make migration m=first
migration: $(VENV)/dev.stamp
	@test -n "$(m)" || { echo 'make migration m="what changes"'; exit 2; }
	@$(PY) -m migrations "$(m)"

page:
	@cd localslack/web && npm ci --no-audit --no-fund && npm run build

define install
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed / Hace falta Python 3.11 o posterior"; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Instalando dependencias / installing dependencies: $(1)"
	@{ $(PY) -m pip install -q --disable-pip-version-check "$(UV)" \
		&& $(VENV)/bin/uv pip install -q --python $(PY) -r $(1) -c constraints.txt; } 2>$(VENV)/uv.log \
		|| $(PY) -m pip install -q --disable-pip-version-check -r $(1) -c constraints.txt
endef

$(VENV)/run.stamp: requirements.txt constraints.txt
	$(call install,requirements.txt)
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt constraints.txt
	$(call install,requirements-dev.txt)
	@touch $(VENV)/run.stamp $@

# The Spark server goes beside the packages, not among them: what is tested is the client an owner installs.
SPARK_SERVER := pyspark==4.3.0
$(LAKE)/lake.stamp: VENV := $(LAKE)
$(LAKE)/lake.stamp: PY := $(LAKE)/bin/python
$(LAKE)/lake.stamp: requirements.txt requirements-dev.txt requirements-lake.txt requirements-lake-dev.txt constraints.txt
	$(call install,requirements-lake-dev.txt)
	@if command -v java >/dev/null; then \
		$(PY) -m pip install -q --disable-pip-version-check --no-deps --target $(LAKE)/spark $(SPARK_SERVER) \
			|| echo "Sin Spark: se omite su prueba / no Spark: its test is left out"; \
	else echo "Sin Java: se omite la prueba del clúster Spark / no Java: the Spark cluster's test is left out"; fi
	@touch $@
