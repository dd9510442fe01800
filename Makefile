# Every command of the house. `make` alone lists them.
# One virtual environment serves all; stamp files make a second call instant.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help venv demo lab worker boards test check format bench screens matrix commands lock lock-check clean

VENV := .venv
BIN  := $(VENV)/bin
RUN  := $(VENV)/.installed
DEV  := $(VENV)/.installed-dev

# Every command, kernel and sandbox is a process: what one has compiled the next one reads.
unexport PYTHONDONTWRITEBYTECODE

# Pages run elsewhere than at the top of the repository: they all must find the same data.
export ATOOSYNC_HOME ?= $(CURDIR)/data
UI   := $(if $(filter en%,$(ATOOSYNC_LANG)),en,fr)
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root,)

LAB_PORT    ?= 8888
BOARDS_PORT ?= 8866
JOBS        ?= 2

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

venv: $(RUN) ## create the environment (.venv) from the locked, hashed packages

$(RUN): requirements.lock pyproject.toml tools/venv.sh tools/apt.sh
	@sh tools/venv.sh $(VENV) requirements.lock
	@touch $@

# The development lock holds everything of the other one, so it stamps both.
$(DEV): requirements-dev.lock requirements.lock pyproject.toml tools/venv.sh tools/apt.sh
	@sh tools/venv.sh $(VENV) requirements-dev.lock
	@touch $(RUN) $@

demo: $(RUN) ## the whole story on sandboxes: no account, no client's shop
	@$(BIN)/atoosync demo $(ARGS)

lab: $(RUN) ## JupyterLab on notebooks/ (port 8888), with a worker for what is scheduled
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@cp tools/lab/overrides.$(UI).json $(VENV)/share/jupyter/lab/settings/overrides.json
	@$(BIN)/atoosync worker & worker=$$!; trap 'kill $$worker 2>/dev/null; wait $$worker' EXIT; trap : INT TERM; \
		$(BIN)/jupyter lab --ip=127.0.0.1 --port=$(LAB_PORT) --ServerApp.root_dir="$(CURDIR)/notebooks" \
			--LabApp.default_url=/lab/tree/tour.ipynb $(ROOT) $(ARGS)

worker: $(RUN) ## execute what is scheduled, without JupyterLab
	@$(BIN)/atoosync worker $(ARGS)

boards: $(RUN) ## the dashboards (port 8866): all profiles, or those of one client (CLIENT=name)
	@$(BIN)/atoosync board serve $(CLIENT) --port $(BOARDS_PORT) $(ARGS)

# A file's tests stay together, so that its servers start once.
test: $(DEV) ## every test, with a real browser for the pages (ARGS="-k word" narrows, JOBS=1 runs them one by one)
	@sh tools/browser.sh
	@$(BIN)/python -m pytest $(if $(filter 1,$(JOBS)),,-n $(JOBS) --dist loadfile --no-loadscope-reorder) $(ARGS)

check: $(DEV) ## format, lint, types, house plan, clean notebooks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --strict tools
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/notebooks.py

format: $(DEV) ## put format, import order and notebooks right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python tools/notebooks.py --fix

bench: $(DEV) ## measurements, one JSON object a line (NAME=one)
	@$(BIN)/python tools/bench.py $(NAME)

screens: $(DEV) ## pictures of every page, light, dark and phone, into docs/screens/ (ARGS="notebooks/preview" for one)
	@sh tools/browser.sh
	@$(BIN)/python tools/screens.py $(ARGS)

matrix: $(DEV) ## which test proves which row of the specification, and does it pass (ID=ART-07 for one)
	@$(BIN)/python tools/matrix.py $(ID)

commands: $(DEV) ## write docs/commands.md, docs/settings.md, docs/connectors.md and docs/erps.md from the code
	@$(BIN)/python tools/commands.py
	@$(BIN)/python tools/connectors.py

lock: $(DEV) ## resolve the packages again
	@sh tools/lock.sh $(BIN)

lock-check: $(DEV) ## do the locks still answer to pyproject.toml?
	@sh tools/lock.sh $(BIN) --check

clean: ## remove the environment and every cache; data/ stays
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find atoosync_lab tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
