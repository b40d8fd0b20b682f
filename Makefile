# Two commands matter: `make run` and `make test`. They need Python 3.11 or 3.12 and make, nothing else.
# MEMBERS, PORT, ONCE, DATABASE_URL and REDIS_URL are read from the environment: `MEMBERS=5000000 make run`.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: run stop test test-fast lint bench lock clean help

PYTHON := .venv/bin/python
PORT ?= 8000
export PORT
export STARTED_AT := $(shell date +%s)

# The machine's Python: the first of the right version that can make a virtual environment.
MACHINE_PYTHON = $(shell for name in python3.11 python3.12 python3 python; do \
	$$name -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null \
	&& { command -v $$name; break; }; done)
environment = $(if $(MACHINE_PYTHON),,$(error Python 3.11 or 3.12 with its venv module is needed, and not found. \
	On Debian and Ubuntu: apt-get install python3 python3-venv))$(MACHINE_PYTHON) -m compensation.supervisor.environment

# A named check: $(call check,name,command). The first that fails ends the run, with its name.
define check
	@echo "== $(1)"; began=$$(date +%s); \
	$(2) || { echo "FAILED: $(1)"; exit 1; }; \
	echo "   $$(( $$(date +%s) - began )) s"
endef

run: ## Start everything, run the programme 1015, print its report, stay up (ONCE=1: stop after the report)
	@$(MACHINE_PYTHON) -m compensation.supervisor.preflight $(PORT)
	@$(environment) requirements.txt
	@exec $(PYTHON) -m compensation.supervisor run

stop: ## Stop what `make run` started, also after it was killed
	@test ! -x $(PYTHON) || $(PYTHON) -m compensation.supervisor stop

test: develop ## Lint, types, import contracts, migrations, and the whole test suite on real servers
	@$(MAKE) -j2 checks schema
	$(call check,tests,$(PYTHON) -m pytest -n 3 --dist worksteal -q)

test-fast: develop ## The tests that need no database
	$(call check,tests without a database,$(PYTHON) -m pytest -q tests/policy tests/values tests/architecture)

lint: develop checks ## Rules, format, types, import contracts, missing migrations

.PHONY: checks schema
checks:
	$(call check,lint: rules,$(PYTHON) -m ruff check .)
	$(call check,lint: format,$(PYTHON) -m ruff format --check .)
	$(call check,types,$(PYTHON) -m mypy)
	$(call check,import contracts,.venv/bin/lint-imports)
	$(call check,missing migrations,$(PYTHON) -W ignore manage.py makemigrations --check --dry-run)

# Beside the checks, as both take one core for most of a minute: what this migrates is kept, and the tests copy it.
schema:
	$(call check,schema of the tests,$(PYTHON) -m pytest -q tests/compensation/test_schema.py)

.PHONY: develop
develop:
	@$(environment) requirements-dev.txt
	$(call check,browser for the tests,$(PYTHON) bin/assets.py --dev)
	$(call check,translations,$(PYTHON) manage.py translations compile)

bench: ## Measure the bulk paths on this machine
	@$(environment) requirements.txt
	@exec $(PYTHON) -m benchmarks

lock: ## Rewrite requirements*.txt from requirements*.in, every file with its hash
	@rm -rf var/lock && $(MACHINE_PYTHON) -m venv var/lock && var/lock/bin/python -m pip install -q uv
	@for name in requirements requirements-dev; do var/lock/bin/uv pip compile --quiet --generate-hashes \
		--python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links $$name.in -o $$name.txt; done
	@rm -rf var/lock

clean: stop ## Remove what can be made again; data and secrets under var/ stay
	@rm -rf .venv node_modules .mypy_cache .ruff_cache .import_linter_cache .hypothesis var/static var/assets var/letter-fonts var/migrated-schema
	@echo "The data under var/ (database, secrets, files) was kept. To lose it for good: rm -rf var"

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
