# Needs Python 3.11 or later, git and make; everything else goes into .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
LOCALE := pm_cli/locale

.PHONY: setup demo test lint wheel bench catalogue

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

# Extract and merge the messages, then compile: the .po and the .mo are committed, so that using pm needs no Babel.
catalogue: setup
	$(BIN)/pybabel extract --mapping-file=pyproject.toml --project=pm --copyright-holder='the pm authors' \
		--add-location=file --sort-by-file --output-file=$(LOCALE)/pm.pot .
	$(BIN)/pybabel update --domain=pm --locale=zh_CN --init-missing --no-fuzzy-matching \
		--ignore-pot-creation-date --input-file=$(LOCALE)/pm.pot --output-dir=$(LOCALE)
	$(BIN)/pybabel compile --domain=pm --statistics --directory=$(LOCALE)
