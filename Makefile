# Everything a person or CI runs. The virtual environment is made on first use and again when pyproject.toml changes.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test lint types tests docs docs-check bench eval clean

demo: $(VENV)/.demo
	@sh .ci/demo $(BIN)/memdir

test: lint types tests docs-check

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	PYTHON="$(CURDIR)/$(BIN)/python" .ci/types

tests: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

docs: $(VENV)/.dev
	$(BIN)/python -m memdir.cli.reference docs/cli-reference.md
	$(BIN)/python -m memdir.cli.plugin_files docs/plugin

docs-check: $(VENV)/.dev
	$(BIN)/python -m memdir.cli.reference --check docs/cli-reference.md
	$(BIN)/python -m memdir.cli.plugin_files --check docs/plugin

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench $(BENCH)

eval: $(VENV)/.dev
	$(BIN)/python -m tests.dream_figures
	$(BIN)/python -m tests.extraction_figures
	$(BIN)/memdir eval "$${MEMDIR_REAL_DATA:?set it to a directory of real data}/memory-queries-dev.jsonl" --root "$$MEMDIR_REAL_DATA/memory-dirs"
	$(BIN)/memdir eval --locomo "$$MEMDIR_REAL_DATA/locomo-dev/locomo-dev.json"
	$(BIN)/memdir eval --commits "$$MEMDIR_REAL_DATA/commit-recall-dev"

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check .
	@touch $@

$(VENV)/.dev: pyproject.toml tests/requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' --config-settings editable_mode=strict
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
