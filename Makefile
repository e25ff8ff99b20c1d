# Everything needs only git, make and a python3 (3.9 or later): bootstrap.py finds or installs the rest.
PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= .data
SAMPLE ?= yes
ARGS ?=
PYTHON := .venv/bin/python
BOOTSTRAP := $(shell command -v python3 || echo python3) bootstrap.py

.PHONY: run setup setup-dev check test format lock

run:
	@$(BOOTSTRAP) run
	@DATA="$(DATA)" exec $(PYTHON) manage.py run --host $(HOST) --port $(PORT) $(if $(filter no,$(SAMPLE)),--no-sample) \
	--end-with-parent

setup:
	@$(BOOTSTRAP) setup

setup-dev:
	@$(BOOTSTRAP) dev

check: setup-dev
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy .
	.venv/bin/djlint --quiet --check templates
	.venv/bin/djlint --quiet --lint templates
	.venv/bin/lint-imports
	$(PYTHON) manage.py makemigrations --check --dry-run
	DATABASE_URL=postgres://focusprog@localhost/focusprog REDIS_URL=redis://localhost \
	EMAIL_URL=smtp://localhost ALLOWED_HOSTS=focusprog.example \
	SECRET_KEY=only-for-this-check-$$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n') \
	$(PYTHON) manage.py check --deploy --fail-level WARNING
	.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

test: setup-dev
	@$(BOOTSTRAP) browser
	$(PYTHON) -m pytest -n 2 $(ARGS)

format: setup-dev
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
	.venv/bin/djlint --quiet --reformat templates

# Needs uv; the lock files name hashes and no hosts.
lock:
	uv lock --quiet
	uv export --quiet --frozen --no-header --no-dev --format requirements-txt -o requirements.lock
	uv export --quiet --frozen --no-header --format requirements-txt -o requirements-dev.lock
