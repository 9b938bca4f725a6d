# Everything that a newcomer needs; each target sets up what it lacks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install -qq --disable-pip-version-check --no-warn-script-location --root-user-action ignore

.PHONY: run test setup lint bench lock clean

run: $(VENV)/.installed
	$(BIN)/milepost up --sample

# What waits for real time (the sample, kills) comes last and alone, so that nothing takes its processor away.
test: $(VENV)/.installed-test
	$(BIN)/pytest -n 2 --dist loadfile --ignore tests/acceptance
	$(BIN)/pytest tests/acceptance

setup: $(VENV)/.installed-test
	@echo "Ready: now type 'make run' (Milepost with a sample), or '$(BIN)/milepost --help'."

lint: $(VENV)/.installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/milepost lint maps

bench: $(VENV)/.installed-test
	$(INSTALL) -c requirements.lock -e '.[bench]'
	$(BIN)/python -m benchmarks

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Milepost needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml requirements.lock
	@echo "Installing what Milepost needs into $(VENV); this takes a minute."
	@$(INSTALL) -c requirements.lock -e .
	@touch $@

$(VENV)/.installed-test: $(BIN)/python pyproject.toml requirements.lock
	@echo "Installing Milepost and its tests into $(VENV); this takes a minute."
	@$(INSTALL) -c requirements.lock -e '.[test]'
	@touch $@ $(VENV)/.installed

# Writes the newest versions that pyproject.toml admits; run the tests before you commit them.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet -e '.[test,bench]'
	build/lock/bin/pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf $(VENV) build .milepost .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
