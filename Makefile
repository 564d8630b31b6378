# Everything that can be done with this repository. `make` alone lists it.
#
# Needs a Python of 3.10 or later, make, and a package index that pip can reach. Nothing else is assumed.

PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

# A stamp holds the path of the checkout: an environment that has been moved or copied is made anew.
PROJECTS := pyproject.toml $(wildcard packages/*/pyproject.toml) tools/setup.sh
READY     = $(VENV)/.ready
DOCS      = $(VENV)/.docs-ready
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
$(READY): always
endif

PYTEST = $(BIN)/python -m pytest
FAST   = not slow and not browser
# Fast tests share nothing, so they use all processors. The others start processes and browsers of their own.
TOGETHER = -n auto --dist worksteal
# Slow ones that only compute, and those of clusters: each has hosts of its own, and waits more than it computes.
APART = tests/properties tests/frontend tests/distribution/test_scheduler_simulation.py tests/cluster

HISTORY = benchmarks/history.jsonl

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fast format bench bench-details docs pictures wheels test-all-pythons clean always

help: ## this list
	@echo "make ..."
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1@\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F@ '{printf "%-20s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv with the three packages and all tools

$(READY): $(PROJECTS)
	@python=$$(tools/find_python.sh first "$(PYTHON)") && tools/setup.sh $(VENV) "$$python" dev
	@printf '%s' '$(CURDIR)' > $@

$(DOCS): $(READY)
	@tools/setup.sh $(VENV) $(BIN)/python docs
	@touch $@

demo: $(READY) ## run the examples sequentially and in parallel, and compare
	@$(BIN)/python examples/demo.py

test: $(READY) ## run the complete test suite
	@$(PYTEST) -q $(TOGETHER) -m "$(FAST)"
	@$(PYTEST) -q $(TOGETHER) -m "slow and not browser" $(APART)
	@$(PYTEST) -m "not ($(FAST))" $(foreach path,$(APART),--ignore=$(path))

check: $(READY) ## format, lint, types, architecture, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -q $(TOGETHER) -m "$(FAST)"

fast: $(READY) ## run the fast tests only
	@$(PYTEST) -q $(TOGETHER) -m "$(FAST)"

format: $(READY) ## bring the code into its format, and repair what the linter can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## measure against the goals, plain Python, plain processes and peers, append to the history (12 min)
	@$(BIN)/python benchmarks/goals.py --record $(HISTORY)
	@$(BIN)/python benchmarks/overhead.py
	@$(BIN)/python benchmarks/growth.py
	@$(BIN)/python benchmarks/scheduler_scale.py --tasks 200000 --record $(HISTORY)

bench-details: $(READY) ## further spellings and lengths of calls, with all peers that are installed
	@$(BIN)/python benchmarks/fork_limit.py --record $(HISTORY)
	@$(BIN)/python benchmarks/short_calls.py --record $(HISTORY)
	@$(BIN)/python benchmarks/data.py --record $(HISTORY)

docs: $(DOCS) ## build the documentation into docs/_build/html
	@$(BIN)/python tools/write_reasons.py
	@$(BIN)/python tools/write_contract_table.py
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

pictures: $(READY) ## take the viewer's pictures in docs/images anew (needs chromium; 1 min)
	@$(BIN)/python tools/take_pictures.py

wheels: $(READY) ## build the three wheels into dist/ and try them in a fresh environment
	@tools/wheels.sh $(BIN)/python dist

test-all-pythons: ## run the fast tests on each Python of 3.10 to 3.13 that is there
	@tools/all_pythons.sh -q $(TOGETHER) -m "$(FAST)"

clean: ## remove everything that was made here, environments included
	rm -rf .venv .venv-3.* dist build demo-output docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
