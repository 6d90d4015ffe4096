# Everything that a person does with a clone. `make help` lists it.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
JOURNEYS := $(BIN)/journeys

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

report: .venv/ready ## run the main job on the settings in journeys.yml and write out/report.html
	@$(JOURNEYS) run
	@$(JOURNEYS) report

run: .venv/ready ## bring the warehouse out/journeys.duckdb up to date, without a report
	@$(JOURNEYS) run

notebooks: .venv/ready-notebooks ## run the notebooks and write them, with what they show, to out/notebooks
	@$(JOURNEYS) run
	@mkdir -p out/notebooks && cp notebooks/*.ipynb out/notebooks
	@cd out/notebooks && ../../$(BIN)/jupyter-execute --inplace *.ipynb
	@echo "The notebooks are in out/notebooks"

test: .venv/ready-test ## run all tests (sets up what they need, a browser too)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/ready-check ## lint, types, import contracts, and whether the docs are fresh
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pipeline.dictionary --check docs/tables.md

prove: .venv/ready-test ## the tests that need many repetitions, in full, with their figures in docs/proofs.json
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --prove tests/test_persona_methods.py tests/sql/test_leakage.py tests/test_planted_truth.py tests/test_incremental.py tests/test_crash.py tests/test_mature_rates.py tests/test_planted_worlds.py tests/chain

bench: .venv/ready ## measure against other packages, write docs/performance.md (SIZES="…", SMALL=1)
	@$(BIN)/python -m benchmarks $(if $(SMALL),--small) $(if $(SIZES),--sizes $(SIZES)) $(if $(WORK),--work $(WORK))

nights: .venv/ready ## 90 nights in a row, and one at 10 million events, for docs/performance.md
	@$(BIN)/python -m benchmarks.nights $(if $(WORK),--work $(WORK))

docs: .venv/ready ## make docs/tables.md anew from the headers of the SQL files
	@$(BIN)/python -m pipeline.dictionary docs/tables.md

sample: .venv/ready ## make data/sample anew from its seed
	@$(JOURNEYS) sample --out data/sample

sample-tables: .venv/ready-test ## pin anew what the tables of the sample hold, after a change that is meant
	@$(BIN)/python -m pytest -q tests/test_sample_tables.py --pin

clean: ## remove what was made: out/, caches and the environment
	@rm -rf out dist build .venv benchmarks/.environments .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A clone's own environment, pinned by constraints.txt; made once, and again when its inputs change.
.venv/ready: pyproject.toml constraints.txt
	@echo "Setting up .venv (once, about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --editable .
	@touch $@

.venv/ready-check: .venv/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --editable ".[check]"
	@touch $@

.venv/ready-notebooks: .venv/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --editable ".[notebooks]"
	@touch $@

.venv/ready-test: .venv/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --editable ".[test]"
	@sh tests/browser.sh
	@touch $@

.PHONY: help report run notebooks test check prove bench nights docs sample sample-tables clean
