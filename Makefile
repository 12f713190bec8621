# Everything one does with a checkout. `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help up check test thorough lint client bench pins tools venv node_modules dist
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
py := .venv/bin/python

help:  ## Say what there is
	@sed -n 's/^\([a-z_]*\):.*##  *\(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

up: tools  ## Install what is missing, build, and run everything (HUIYIN_PORT, HUIYIN_DATA, HUIYIN_DATABASE_URL)
	@$(MAKE) -j2 venv dist
	@HUIYIN_DEMO="$${HUIYIN_DEMO:-true}" exec .venv/bin/huiyin up

check: tools  ## Run every check there is: lint, types, import rules, migrations, API drift, all tests
	@$(MAKE) -j2 venv node_modules
	@exec $(py) .ci/steps.py

test: venv  ## Run the Python tests without the browser's; ARGS="-k word" chooses
	@$(py) -m pytest -n 2 --dist loadgroup -m "not browser" $(ARGS)

thorough: venv dist  ## Run the long tests that `make check` leaves out: every page in every language, fifty leads by keyboard
	@$(py) -m pytest -n 2 --dist loadgroup -m thorough $(ARGS)

lint: venv node_modules  ## Run the linters and type checkers only, and put the format right
	@$(py) -m ruff format -q . && npm --prefix frontend run --silent format && $(py) .ci/steps.py lint

client: venv node_modules  ## Write docs/api/openapi.json and the browser's types from the API
	@$(py) -m huiyin.cli openapi && npm --prefix frontend run --silent client

bench: venv  ## Measure; prints ratios to a bare reference
	@$(py) -m bench $(ARGS)

pins: tools  ## Renew requirements.txt from pyproject.toml (needs uv); ARGS="--upgrade" moves the versions
	@uv pip compile pyproject.toml --all-extras $(pins_as) -o requirements.txt $(ARGS)
	@uv pip compile pyproject.toml -c requirements.txt $(pins_as) -o deploy/requirements.txt

pins_as := -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

# What the targets above stand on. Each compares what it was made from with what is there now.

tools:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old: install Python 3.11 or newer, or name one: make PYTHON=python3.12 up"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments: install its venv package (Debian: apt install python3-venv)."; exit 1; }
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "Node is missing: install Node 20.19 or newer, with npm."; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a < 20 || (a == 20 && b < 19) ? 1 : 0)' || \
	  { echo "Node $$(node --version) is too old: install Node 20.19 or newer."; exit 1; }

venv:
	@base="$$(pwd) $$($(PYTHON) --version)"; now="$$base $$({ cat requirements.txt; sed '/^\[tool\./,$$d' pyproject.toml; } | cksum)"; \
	had="$$(cat .venv/installed 2>/dev/null)"; \
	if [ "$$had" != "$$now" ]; then \
	  echo "Installing Python packages …"; mkdir -p build; \
	  case "$$had" in "$$base "*) ;; *) rm -rf .venv;; esac; \
	  { { [ -d .venv ] || $(PYTHON) -m venv .venv; } && \
	    $(py) -m pip install --disable-pip-version-check --require-hashes -r requirements.txt && \
	    $(py) -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e . ; } >build/pip.log 2>&1 || \
	    { tail -n 40 build/pip.log; echo "The Python packages could not be installed; the whole log: build/pip.log"; exit 1; }; \
	  printf '%s\n' "$$now" > .venv/installed; \
	fi

node_modules:
	@now="$$(pwd) $$(node --version) $$(cat frontend/package.json frontend/package-lock.json | cksum)"; \
	if [ "$$(cat frontend/node_modules/.installed 2>/dev/null)" != "$$now" ]; then \
	  echo "Installing Node packages …"; mkdir -p build; \
	  npm --prefix frontend ci --no-audit --no-fund >build/npm.log 2>&1 || \
	    { grep -m 12 'npm error' build/npm.log; echo "The Node packages could not be installed; the whole log: build/npm.log"; exit 1; }; \
	  printf '%s\n' "$$now" > frontend/node_modules/.installed; \
	fi

dist: node_modules
	@now="$$(find frontend -name node_modules -prune -o -path frontend/dist -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum)"; \
	if [ "$$(cat frontend/node_modules/.built 2>/dev/null)" != "$$now" ] || [ ! -d frontend/dist ]; then \
	  echo "Building the frontend …"; mkdir -p build; \
	  npm --prefix frontend run build >build/frontend.log 2>&1 || \
	    { tail -n 40 build/frontend.log; echo "The frontend could not be built; the whole log: build/frontend.log"; exit 1; }; \
	  printf '%s\n' "$$now" > frontend/node_modules/.built; \
	fi
