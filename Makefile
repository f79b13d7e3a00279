# Every target first sees to it that .venv is there; nothing outside this folder is written to but uv's cache.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv),.tools/bin/uv)
BIN := .venv/bin
STAMP := .venv/.klaar

# Without a home directory uv has no place for its cache.
ifeq ($(HOME),)
export UV_CACHE_DIR ?= $(CURDIR)/.tools/cache
endif
# The machine's own certificates, as pip uses them: a network may have its own. (The second name is for older uv.)
export UV_SYSTEM_CERTS ?= 1
export UV_NATIVE_TLS ?= 1
# Another environment may be active in the caller's shell; this one is meant.
export VIRTUAL_ENV := $(CURDIR)/.venv

.PHONY: help setup demo serve test check sbom conformance faults fuzz docs screenshots voorbeelden bench lock clean

help: ## print every target with one line
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(STAMP) ## make .venv from requirements.lock (quick when nothing changed)

demo: $(STAMP) ## send a region's messages and show the answers; ONCE=1 stops afterwards
	$(BIN)/hub demo $(if $(ONCE),--once)

serve: $(STAMP) ## serve both services on port 8000; the first time with the example parties
	@[ -f var/geheimen.json ] || $(BIN)/hub init --voorbeeld
	$(BIN)/hub serve

# The tests with a browser are a run of their own: its library keeps an event loop, in which asyncio.run finds no place.
test: check ## everything CI runs: check, the pages made from the code, all tests; PAD=uitleggend reads along both paths
	@$(BIN)/hub regels --markdown | diff - docs/rules.md \
	  || { echo 'docs/rules.md is stale: $(BIN)/hub regels --markdown > docs/rules.md'; exit 1; }
	@$(BIN)/hub openapi --http | diff - docs/berichtenhub.http \
	  || { echo 'docs/berichtenhub.http is stale: $(BIN)/hub openapi --http > docs/berichtenhub.http'; exit 1; }
	$(BIN)/sphinx-build -W --keep-going -q -b html -c docs . var/docs
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(if $(PAD),--pad $(PAD)) --ignore tests/browser
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

check: $(STAMP) ## lint, format, types, the direction of imports, licences, unsafe code, known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/reuse --no-multiprocessing lint --quiet || { $(BIN)/reuse lint; exit 1; }
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive services migrations 2>&1 | sed "/nosec encountered/d"
	.ci/audit

sbom: $(STAMP) ## write build/sbom.json (CycloneDX): what the image runs, by docker/run.lock
	mkdir -p build
	$(BIN)/cyclonedx-py requirements docker/run.lock --pyproject pyproject.toml --output-reproducible --output-file build/sbom.json

conformance: $(STAMP) .tools/spectral/.klaar ## compare with the published files, messages and API documents; MUTATIES=2000
	BERICHTENHUB_CONFORMANCE=full BERICHTENHUB_MUTATIES=$(or $(MUTATIES),20000) \
	  $(BIN)/python -m pytest -n auto tests/conformance

faults: $(STAMP) ## break a hub on servers of our own and count what was lost; SEED=2, FAULTS="queue_full"
	PYTHONPATH=tests:. $(BIN)/python -m faults --seed $(or $(SEED),1) $(FAULTS)

docs: $(STAMP) ## build the documentation in var/docs; a link that leads nowhere and a block that does not do what it says fail
	$(BIN)/sphinx-build -W --keep-going -q -b html -c docs . var/docs
	$(BIN)/python -m pytest tests/e2e/test_documents.py

screenshots: $(STAMP) ## every view of the page, in light, dark and narrow, as pictures in var/screenshots; GEZICHTEN="over"
	PYTHONPATH=tests:. $(BIN)/python tests/screenshots.py var/screenshots $(GEZICHTEN)

fuzz: $(STAMP) ## throw at it what nobody meant to send, for SECONDS=60; SEED=2; ends with 1 when something gave way
	PYTHONPATH=tests:. $(BIN)/python -W ignore -m fuzz --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1)

voorbeelden: $(STAMP) ## record the examples of the API documents again, from the demo's year
	PYTHONPATH=tests:. $(BIN)/python -m api_examples

bench: $(STAMP) ## measure speed as ratios held against targets; QUICK=1 for one table in less than 50 s; PARTS="large small"
	PYTHONPATH=tests:. $(BIN)/python -m bench $(PARTS) $(if $(QUICK),--quick)

COMPILE := --universal --python-version 3.11 --generate-hashes --no-config --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command 'make lock' --quiet

lock: $(UV) ## pin pyproject.toml's dependencies, with hashes, in requirements.lock; the image's in docker/
	$(UV) pip compile pyproject.toml --extra dev $(COMPILE) --output-file requirements.lock
	$(UV) pip compile pyproject.toml $(COMPILE) --constraint requirements.lock --output-file docker/run.lock
	$(UV) pip compile docker/build.in $(COMPILE) --constraint requirements.lock --output-file docker/build.lock

clean: ## remove .venv, .tools, var and every cache
	rm -rf .venv .tools var build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find services migrations tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(STAMP): pyproject.toml requirements.lock | $(UV)
	[ -x $(BIN)/python ] || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet --require-hashes requirements.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# The linter of the API Design Rules, from its lock.
.tools/spectral/.klaar: tests/conformance/spectral/package.json tests/conformance/spectral/package-lock.json
	mkdir -p .tools/spectral && cp $^ .tools/spectral
	npm ci --prefix .tools/spectral --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
