# Every command a developer or CI needs. `make` alone lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# uv installs several times faster than pip; where it cannot reach a registry, pip is asked.
UV := VIRTUAL_ENV=$(VENV) $(BIN)/uv
PORT ?= 8000
DATA ?= .data
# Coverage of child processes is measured only where asked for, since it slows every worker start.
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup web run dev test check fmt openapi migrate faults e2e lock clean

help: ## List the commands
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.stamp: requirements-dev.lock requirements-bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Taskyard needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies (once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(UV) pip install --quiet --require-hashes -r requirements-dev.lock || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

setup: $(VENV)/.stamp web ## Make .venv with .venv/bin/taskyard, and build the web app

web: $(VENV)/.stamp
	@$(BIN)/python tools/web.py

run: setup ## Run the whole platform on this machine (PORT=8000 DATA=.data)
	@$(BIN)/taskyard up --port $(PORT) --data-dir $(DATA)
