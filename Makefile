# `make run` runs a demo network, `make test` runs the tests. Both install what they lack first.

PYTHON ?= python3
export PORT ?= 8000
export DATA ?= $(CURDIR)/var

BIN := .venv/bin
stamp = $(shell cat $(1) | cksum | tr ' ' '-')
# Named by content: a lock that changed is installed again, and nothing else is.
RUNTIME := .venv/installed-$(call stamp,requirements.lock)
DEV := .venv/installed-dev-$(call stamp,requirements-dev.lock)
# What Django reads of a catalogue of texts.
MO := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
FRONT := node_modules/installed-$(call stamp,package-lock.json)

.PHONY: run test bench ci lock messages openapi conformance screens
.DELETE_ON_ERROR:

run: $(RUNTIME) $(FRONT) $(MO)
	@exec $(BIN)/python -m config.embedded

test: $(DEV) $(FRONT) $(MO)
	@$(BIN)/pytest $(if $(ARGS),$(ARGS),-n 3)

# On PostgreSQL, in databases of their own beside DATABASE_URL: docs/performance.md.
bench: $(DEV) $(FRONT) $(MO)
	@$(BIN)/python -m benchmarks all $(ARGS)

ci:
	.ci/run

# The machine's Python only makes the environment; uv's version is pinned in requirements-uv.lock.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock || true

# pip can do all that uv does here, only slower.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) \
	|| $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(1)

$(RUNTIME): | .venv/bin/python
	$(call install,requirements.lock)
	@touch $@

$(DEV): | .venv/bin/python
	$(call install,requirements-dev.lock)
	@touch $@

# The machine's npm, else the one that comes as a Python package.
$(FRONT): | .venv/bin/python
	@if command -v npm >/dev/null; then npm ci --no-progress; \
	else $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-progress; fi
	@touch $@

%.mo: %.po | $(RUNTIME)
	$(BIN)/python -m config.messages compile

# Brings the catalogues of texts in line with code and templates, and lists what is not translated: docs/texts.md.
messages: $(DEV)
	@$(BIN)/python -m config.messages update

lock: $(DEV)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--group dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	npm install --package-lock-only --no-progress

openapi: $(DEV)
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

# Which certification case is shown by which test.
conformance: $(DEV)
	$(BIN)/python -m tests.conformance.report

screens: $(DEV) $(FRONT) $(MO)
	$(BIN)/python manage.py screens
