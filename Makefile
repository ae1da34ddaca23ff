# Everything a person does here is one command. Each target makes `.venv` and installs what it
# needs, once; a change of what is installed (see INPUTS) installs again.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo run doctor test lint format bench clean

# The first interpreter that is new enough, unless PYTHON names one.
new_enough = $(shell $(1) -c 'import sys; sys.version_info >= (3, 11) and print("$(1)")' 2>/dev/null)
PYTHON ?= $(firstword $(foreach name,python3.11 python3,$(call new_enough,$(name))))

BIN := .venv/bin
INPUTS := pyproject.toml constraints.txt hatch_build.py $(wildcard bot/locale/*/LC_MESSAGES/*.po)
INSTALL := $(BIN)/python -m pip install --quiet -c constraints.txt

# Pins hold for the tools that build the package as well; the first name is for pip before 25.3.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_BUILD_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# Where the demo writes: make demo OUT=somewhere
OUT ?= demo
TEST_WORKERS ?= 2

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: .venv/.default ## show the whole bot at work, without a token; results in demo/
	$(BIN)/nunchi demo --out $(OUT)

run: .venv/.default ## run the bot with the settings in .env
	$(BIN)/nunchi run

doctor: .venv/.default ## check settings, token, Discord, store, classifier, fonts and clock
	$(BIN)/nunchi doctor

# Processes that the tests start elsewhere report to the same place.
test: export COVERAGE_FILE := $(CURDIR)/.coverage
test: .venv/.dev ## run every test and measure coverage
	$(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal --cov

lint: .venv/.dev ## check style, format, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev ## put the code into the common format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The table goes to standard error, so that standard output ends in the JSON object.
bench: .venv/.dev ## compare the classifiers, then measure the way of a message as one JSON object
	$(BIN)/python benchmarks/classifiers.py --repeat 3 >&2
	$(BIN)/python benchmarks/pipeline.py

clean: ## remove what the targets above made; keeps .env and data/
	rm -rf .venv build dist demo htmlcov .coverage .coverage.* .pytest_cache .mypy_cache \
		.ruff_cache .import_linter_cache .hypothesis
	find bot -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Nunchi needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python" >&2; \
		exit 1; \
	fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is older than Python 3.11, which Nunchi needs" >&2; \
		exit 1; \
	}
	@$(PYTHON) -m venv .venv || { \
		rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; \
		exit 1; \
	}

.venv/.default: $(INPUTS) | .venv/bin/python
	$(INSTALL) -e .
	@touch $@

.venv/.dev: $(INPUTS) | .venv/bin/python
	$(INSTALL) -e '.[dev]'
	@touch .venv/.default $@
