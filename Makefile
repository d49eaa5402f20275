# `make` lists what there is. Needs Python 3.11 or newer, make and git; the rest is installed into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check install --progress-bar off
PYTHONS := python3.11 python3.12 python3.13 python3
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev
INSTALLED_BENCH := .venv/.installed-bench
SERVERS := .venv/servers
PARSERS := .venv/parsers/.installed
ASSETS := web/static/vendor/govuk-frontend/built-from
BROWSER := /usr/bin/chromium
WORKERS ?= 2
PORT ?= 8000

DEMO := KIL_ENV=development KIL_VAR="$(CURDIR)/var" KIL_BASE_URL="http://localhost:$(PORT)" KIL_QUIET_PERIOD_MINUTES=1

.PHONY: help install install-dev install-browser install-parsers install-load-generator demo check lint test bench audit sbom format lock clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*##' Makefile | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

install: $(INSTALLED) $(ASSETS) ## Install what the product needs to run

install-dev: install $(INSTALLED_DEV) ## Install what the checks and tests need as well

demo: install ## Fill a sample plan and serve it on http://localhost:8000 (PORT=… for another)
	@$(DEMO) $(BIN)/kil migrate
	@$(DEMO) $(BIN)/kil demo
	@echo "Open http://localhost:$(PORT) in a browser. Stop with Ctrl+C."
	@$(DEMO) exec $(BIN)/kil serve --port $(PORT)

check: lint ## Lint, check types and imports, run the quick tests: a few minutes
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile -m "not browser and not parsers and not postgresql and not slow"

lint: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive kil_pipeline feeds web

test: lint install-browser install-parsers ## Everything: checks, unit, PostgreSQL, journey, browser and parser tests
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

bench: $(INSTALLED_BENCH) install-load-generator $(SERVERS)/nginx $(SERVERS)/postfix ## Measure what must stay fast (ONLY="matching served": some of it); writes var/bench.json
	$(BIN)/python -m tests.benchmarks $(ONLY)

audit: install-dev ## Ask for known advisories about all that is pinned; needs the network
	@$(BIN)/python -m requirements.audit

sbom: install-dev ## Write the bill of materials of a release to dist/sbom.cdx.json
	@$(BIN)/python -m requirements.bill_of_materials

format: install-dev ## Put code into the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install-dev ## Pin the newest versions that requirements/*.in allow
	@for name in runtime build assets dev bench; do \
	  echo "Pinning $$name …"; \
	  $(BIN)/uv pip compile "requirements/$$name.in" --output-file "requirements/$$name.txt" --quiet --upgrade \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"; \
	done

clean: ## Remove what these targets made, except var/
	rm -rf .venv build dist *.egg-info web/static/vendor .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# What is below runs only when something that it depends on has changed.

$(BIN)/pip:
	@for python in $(PYTHONS); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	[ -n "$${found:-}" ] || { echo "Python 3.11 or newer is needed (on Debian: apt-get install python3)." >&2; exit 1; }; \
	echo "Making .venv with $$("$$found" --version) …"; \
	"$$found" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make a virtual environment. On Debian: apt-get install python3-venv, then again." >&2; exit 1; }; \
	"$$found" -m venv --clear .venv

$(INSTALLED): requirements/runtime.txt requirements/build.txt requirements/runtime.in pyproject.toml setup.py | $(BIN)/pip
	@echo "Installing the product and what it needs …"
	@$(PIP) --quiet --require-hashes -r requirements/build.txt
	@$(PIP) --require-hashes -r requirements/runtime.txt | sed -un 's/^Collecting \([^ ;]*\).*/  \1/p'
	@PYTHONWARNINGS=ignore $(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(INSTALLED_DEV): requirements/dev.txt $(INSTALLED)
	@echo "Installing what the checks and tests need …"
	@$(PIP) --require-hashes -r requirements/dev.txt | sed -un 's/^Collecting \([^ ;]*\).*/  \1/p'
	@touch $@

$(INSTALLED_BENCH): requirements/bench.txt $(INSTALLED_DEV)
	@echo "Installing what the benchmarks are measured against …"
	@$(PIP) --require-hashes -r requirements/bench.txt | sed -un 's/^Collecting \([^ ;]*\).*/  \1/p'
	@touch $@

# Unpacked, not installed: a service that is installed would start.
$(SERVERS)/%: | $(INSTALLED_DEV)
	@echo "Unpacking $* …"
	@rm -rf $@ && mkdir -p $@.part && cd $@.part && apt-get download -qq $* && dpkg -x $*_*.deb . && rm $*_*.deb
	@mv $@.part $@

$(ASSETS): web/assets/build.py web/assets/package.json web/assets/package-lock.json | $(INSTALLED)
	@$(npm_at_hand)
	@$(BIN)/python web/assets/build.py
	@touch $@

$(PARSERS): tests/parsers/package.json tests/parsers/package-lock.json | install-dev
	@echo "Fetching ical.js for the tests …"
	@$(npm_at_hand)
	@$(BIN)/python -m tests.parsers
	@touch $@

install-browser:
	@[ -x $(BROWSER) ] || { echo "Installing Chromium for the browser tests …"; $(call from_debian,chromium fonts-liberation); }

install-parsers: $(PARSERS)
	@$(BIN)/python -c 'import ctypes; ctypes.CDLL("libical.so.3"); ctypes.CDLL("libgmime-3.0.so.0")' 2>/dev/null || { \
	  echo "Installing libical and GMime for the tests …"; $(call from_debian,libical3 libgmime-3.0-0); }

install-load-generator:
	@command -v wrk >/dev/null || { echo "Installing wrk for the benchmarks …"; $(call from_debian,wrk); }

define npm_at_hand
  command -v npm >/dev/null && command -v node >/dev/null || { \
    echo "There is no npm here: installing one into .venv …"; \
    $(PIP) --quiet --require-hashes -r requirements/assets.txt; }
endef

# Installs Debian's packages, or says what to do where it may not.
define from_debian
  if [ "$$(id -u)" = 0 ]; then root=; elif sudo -n true 2>/dev/null; then root="sudo -n"; else \
    echo "This needs: $(1). Install it; on Debian, as root: apt-get install $(1)" >&2; exit 1; fi; \
  $$root apt-get update -qq; \
  DEBIAN_FRONTEND=noninteractive $$root apt-get install -y -qq --no-install-recommends $(1) \
    || { echo "Could not be installed: $(1); see above." >&2; exit 1; }
endef
