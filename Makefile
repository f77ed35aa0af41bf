# Needs Python 3.11 or later, git and make; everything else goes into .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: setup demo test lint wheel bench catalogue cases docs

setup: $(READY)

$(READY): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

demo: setup
	PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: setup
	$(BIN)/pytest -n 2

lint: setup
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: setup
	rm -rf dist
	$(BIN)/pyproject-build

bench: setup
	$(BIN)/python -m bench

# What is made from the code and kept in the repository: catalogues, the cases that prove each rule, the reference.
catalogue: setup
	$(BIN)/python -m tests.messages

cases: setup
	$(BIN)/python -m tests.rule_cases

docs: setup
	$(BIN)/python -m tests.reference
