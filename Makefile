# headrace: each recipe has one line above it that says what it does.

SHELL := /bin/sh
VENV := .venv
BIN = $(VENV)/bin
BOOTSTRAP = python=$$(VENV=$(VENV) bootstrap/find-python) && "$$python" -m bootstrap --venv $(VENV)
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.9 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links
# A Python of its own for what is measured beside: it wants other versions of what Flink pins.
PEER := work/benchmarks/peer
# Tests of one file stay together. A cluster that is killed, and figures that are compared, want the machine for themselves.
SIDE_BY_SIDE = $(BIN)/pytest -n 2 --dist loadfile --ignore tests/cluster --ignore tests/integration
ONE_BY_ONE = $(BIN)/pytest tests/cluster tests/integration
# Passed on to the command of demo and test: make test ARGS='-k doctor', make demo ARGS=--quick
ARGS :=

.PHONY: help demo test compose lint check chaos jar requirements wheel bench bench-quick bench-rolling clean

# List the recipes.
help:
	@awk '/^# / { text = substr($$0, 3); next } /^[a-z-]+:( [.$$][^ ]+)*$$/ { sub(":.*", ""); printf "make %-13s %s\n", $$0, text }' Makefile

# Install what is needed and run the demo: raw payments in, scored and explained decisions out.
demo: .runtime
	@$(BIN)/headrace demo $(ARGS)

# Install what is needed and run the tests: first two at a time, then those with processes of their own, one by one.
test: .dev
	@$(if $(ARGS),$(BIN)/pytest $(ARGS),$(SIDE_BY_SIDE) && $(ONE_BY_ONE))

# Build the image, start all containers, run a job on them, take them away; needs Docker.
compose: .dev
	@$(BIN)/pytest -m compose tests/compose

# Lint Python and SQL, check types.
lint: .dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sqlfluff lint sql connectors tests/oracle benchmarks

# Plan every job in every environment without running any.
check: .runtime
	@$(BIN)/headrace check

# Kill, pause and fill what a cluster is made of, while events flow; a report of outages, losses and repeats.
chaos: .dev
	@$(BIN)/python -m chaos $(ARGS)

# Build the jar of the Java functions; needs a JDK 17.
jar: .runtime
	@$(BIN)/python operators/build.py

# Pin the dependencies of pyproject.toml anew, the newest that go together, for Python 3.9 to 3.12.
requirements: VENV := work/locking
requirements:
	@$(BOOTSTRAP) locking
	$(LOCK) --upgrade pyproject.toml --extra build -o requirements/runtime.txt
	$(LOCK) --upgrade pyproject.toml --extra build --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	$(LOCK) --upgrade pyproject.toml --extra build --extra mlflow-ui -c requirements/runtime.txt -o requirements/mlflow-ui.txt
	$(LOCK) --upgrade requirements/build.in -o requirements/build.txt
	$(LOCK) --upgrade requirements/locking.in -o requirements/locking.txt

# Build the wheel into dist/, with SQL, connectors, jobs and configuration inside.
wheel: .runtime
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

# Measure the whole job beside its peers: latency, throughput, cost, growth; --only and --keep do it in parts.
bench: .runtime $(PEER)/installed
	@$(BIN)/python -m benchmarks.pipeline $(ARGS)

# The same with few events and one round: to see that it works, not to be quoted.
bench-quick: .runtime $(PEER)/installed
	@$(BIN)/python -m benchmarks.pipeline --quick $(ARGS)

# Measure rolling windows beside OVER views and Quix Streams; ARGS=--quick shows the way.
bench-rolling: .runtime $(PEER)/installed
	@$(BIN)/python -m benchmarks.rolling $(ARGS)

# Remove what was installed and built; work/, where your tables are, stays.
clean:
	@rm -rf .venv dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

$(PEER)/installed: benchmarks/requirements.txt
	@$(BIN)/python -m venv $(PEER)
	@$(PEER)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.txt
	@touch $@

.PHONY: .runtime .dev
.runtime:
	@$(BOOTSTRAP) runtime
.dev:
	@$(BOOTSTRAP) dev
