# Everything that a newcomer needs; each target sets up what it lacks. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Installs what uv.lock names, every file checked against its hash. uv itself comes from PyPI in the same way.
UV := UV_PROJECT_ENVIRONMENT=$(VENV) UV_NO_PROGRESS=1 $(BIN)/uv --no-python-downloads
SYNC := $(UV) sync --quiet --locked --inexact --python $(BIN)/python --all-extras --no-default-groups

.PHONY: run test test-fast cov chaos mutants setup lint hooks docs bench wheel lock clean help

run: $(VENV)/.installed ## the demo: a year of forty made-up customers
	$(BIN)/milepost up --sample

# What waits for real time (the demo, kills) comes last and alone, so that nothing takes its processor away.
test: $(VENV)/.installed-test ## the whole test suite
	$(BIN)/pytest -n 2 --dist loadfile --ignore tests/acceptance
	$(BIN)/pytest tests/acceptance

test-fast: $(VENV)/.installed-test ## the quick tests, without servers, whole commands and generated maps: under two minutes
	$(BIN)/pytest -n 2 --dist loadfile -m "not server and not hypothesis" \
		--ignore tests/capacity --ignore tests/cli --ignore tests/demo --ignore tests/recorded

cov: $(VENV)/.installed-test ## how much of the planner and the map language the tests reach, with its floor
	$(BIN)/pytest -n 2 --dist loadfile -m "not server and not hypothesis" --cov --cov-report= \
		tests/conformance tests/explain tests/house/test_generated.py tests/language tests/planner tests/recorded/test_recorded_forms.py tests/scenarios
	$(BIN)/python -m tests.branch_floor

# `make chaos STORM="--seed 7 --customers 50"` runs one again, or a smaller one.
STORM ?=
chaos: $(VENV)/.installed-test ## five minutes in which everything is killed, stopped, locked and thrown away in turn
	$(BIN)/python -m tests.chaos $(STORM)

# It goes on where it was stopped. `make mutants MODULES="timers plan"` chooses others, MODULES='*' all of them.
MODULES ?= calendars deadlines pauses segment_match
mutants: $(VENV)/.installed-test $(VENV)/.installed-mutants ## which changes of the planner no test notices; docs/mutants.md judges them
	$(BIN)/mutmut run $(foreach module,$(MODULES),'milepost.planner.$(module).*')
	$(BIN)/mutmut results

setup: $(VENV)/.installed-test ## .venv with everything, the `milepost` command in it
	@echo "Ready: now type 'make run' (the demo), or '$(BIN)/milepost --help'."

lint: $(VENV)/.installed-test ## ruff, mypy, import contracts, the shipped maps, and what languages lack
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/milepost lint maps milepost/patterns
	$(BIN)/milepost languages

hooks: $(VENV)/.installed-test $(VENV)/.installed-hooks ## the quick checks before each commit, by pre-commit
	$(BIN)/pre-commit install

docs: $(VENV)/.installed-docs ## the documentation as a website, in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: $(VENV)/.installed-bench ## how fast the planner and its neighbours are
	$(BIN)/python -m benchmarks

wheel: $(BIN)/uv ## the package as others install it, in build/dist
	$(UV) build --quiet --python $(BIN)/python --out-dir build/dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Milepost needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(BIN)/uv: requirements-uv.txt | $(BIN)/python
	@$(BIN)/pip install -qq --disable-pip-version-check --root-user-action ignore --require-hashes -r $<
	@touch $@

$(VENV)/.installed: $(BIN)/uv pyproject.toml uv.lock
	@echo "Installing what Milepost needs into $(VENV); this takes a minute."
	@$(SYNC)
	@touch $@

$(VENV)/.installed-%: $(BIN)/uv pyproject.toml uv.lock
	@echo "Installing Milepost and what '$*' needs into $(VENV); this takes a minute."
	@$(SYNC) --group $*
	@touch $@ $(VENV)/.installed

# Run the tests before you commit what this writes. It names PyPI whatever mirror this machine is told to use.
lock: PYPI := --default-index https://pypi.org/simple
lock: $(BIN)/uv ## the newest versions that pyproject.toml admits, into uv.lock
	$(UV) lock --upgrade $(PYPI)
	echo uv | $(UV) pip compile --quiet --upgrade $(PYPI) --universal --generate-hashes --no-annotate --no-header - -o requirements-uv.txt

clean: ## away with everything that was made here, the sample's data included
	rm -rf $(VENV) build mutants .milepost .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
