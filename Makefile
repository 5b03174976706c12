# Every command a developer or CI needs. `make` alone lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# uv installs several times faster than pip; where it cannot reach a registry, pip is asked.
UV := VIRTUAL_ENV=$(VENV) $(BIN)/uv
PORT ?= 8000
DATA ?= .data
# Images often set it to keep their layers small; every process would then compile every library,
# which takes longer than all else it does at its start.
unexport PYTHONDONTWRITEBYTECODE
# Coverage of child processes is measured only where asked for, since it slows every worker start.
PYTEST := $(BIN)/python -m pytest
# Tests wait for servers about as long as they work: one process more than the least machine has cores.
AT_ONCE ?= 3
# A run that broke off (code 2 or more) left tests unasked: then `make retest` has nothing to ask.
WHOLE := || { code=$$?; [ $$code = 1 ] || rm -f .pytest_cache/v/cache/lastfailed; exit $$code; }

.DEFAULT_GOAL := help
.PHONY: help setup web run dev test long retest check fmt openapi migrate faults e2e bench lock clean

help: ## List the commands
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.stamp: requirements-dev.lock requirements-bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Taskyard needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies (once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.lock || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

setup: $(VENV)/.stamp web ## Make .venv with .venv/bin/taskyard, and build the web app

web: $(VENV)/.stamp
	@$(BIN)/python tools/web.py

run: setup ## Run the whole platform on this machine (PORT=8000 DATA=.data)
	@$(BIN)/taskyard up --port $(PORT) --data-dir $(DATA)

dev: setup ## Run, with the web app rebuilt on every change (http://127.0.0.1:5173/app/)
	@trap 'kill 0' EXIT INT TERM; $(BIN)/python tools/web.py npm run dev & \
	  $(BIN)/taskyard up --port $(PORT) --data-dir $(DATA)

test: setup ## Run every test but the long ones
	@$(PYTEST) -q -n $(AT_ONCE) -m "not faults and not slow" $(WHOLE)

long: setup ## Run the long tests, which `make test` leaves out
	@$(PYTEST) -q -n $(AT_ONCE) -m "slow and not faults" $(WHOLE)

retest: setup ## Ask the tests that failed last time once more, one after the other
	@$(PYTEST) -q --last-failed --last-failed-no-failures none

e2e: setup ## Run the browser tests; they need a Chromium
	@TASKYARD_E2E=required $(PYTEST) -q tests/e2e

# libFuzzer is made for Linux on x86-64 and for some versions of Python only.
$(VENV)/.fuzzer: requirements-fuzz.lock | setup
	@$(UV) pip install --quiet --only-binary :all: --require-hashes -r $< || \
	  echo "There is no libFuzzer for this machine: its tests are left out."
	@touch $@

faults: $(VENV)/.fuzzer ## Kill, freeze and empty parts of an instance, half an hour (FAULTS=short for CI's share)
	@$(PYTEST) -q -m faults tests/faults $(WHOLE)

bench: setup ## Compare with the bare limit and with peers; needs wrk and Node (bench/README.md)
	@test -x bench/.venv/bin/uvicorn || { $(BIN)/uv venv --quiet bench/.venv && \
	  VIRTUAL_ENV=bench/.venv $(BIN)/uv pip install --quiet --require-hashes -r bench/requirements.lock; }
	@test -d bench/node_modules || (cd bench && npm ci --ignore-scripts --no-audit --no-fund --silent)
	@$(BIN)/python -m bench

check: setup ## Lint, types, layers, contract; what CI runs first
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/python tools/openapi.py --check
	@$(BIN)/python tools/web.py check

fmt: setup ## Format everything
	@$(BIN)/ruff check --fix --silent || true
	@$(BIN)/ruff format
	@$(BIN)/python tools/web.py npm run --silent fmt

openapi: setup ## Write openapi.json, the error and settings pages and the web app's client
	@$(BIN)/python tools/openapi.py
	@$(BIN)/python tests/entry/test_operations_page.py
	@$(BIN)/python tests/api/test_limits_page.py
	@$(BIN)/python tools/web.py api

migrate: setup ## Bring the database of DATABASE_URL to the newest revision
	@$(BIN)/taskyard migrate

lock: setup ## Pin the dependencies again
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	@echo uv | $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements-dev.lock - -o requirements-bootstrap.lock
	@echo atheris | $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 - -o requirements-fuzz.lock

clean: ## Remove what set-up made, never your data
	rm -rf $(VENV) web/node_modules src/taskyard/web_dist .pytest_cache .mypy_cache .ruff_cache
