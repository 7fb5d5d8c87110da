# Everything one does with the product. `make help` lists it.

PYTHON ?= python3
PORT ?= 8501
ADDRESS ?= 127.0.0.1
VENV ?= .venv

BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
LOCK := $(BIN)/pip-compile --quiet --strip-extras --no-header --generate-hashes --allow-unsafe \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

# Each of the two processes has one server and one browser; the one that is done first takes tests
# from the other's end, so that both end together.
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run test test-long test-days check lint format bench soak sbom lock clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: $(RUN_STAMP) ## Start the product (PORT=8501, ADDRESS=127.0.0.1)
	@[ "$(PORT)" -gt 0 -a "$(PORT)" -lt 65536 ] 2> /dev/null || { echo "PORT=$(PORT): give a number from 1 to 65535"; exit 2; }
	@echo "Starting: http://$(ADDRESS):$(PORT)  (stop with Ctrl+C)"
	@exec $(BIN)/streamlit run app.py --server.address $(ADDRESS) --server.port $(PORT) < /dev/null

test: $(DEV_STAMP) ## Run every check and every test
	@$(MAKE) --no-print-directory lint check
	CHROMIUM="$$(sh scripts/ensure_chromium.sh)" && HAPROXY="$$(sh scripts/ensure_haproxy.sh)" && \
	export CHROMIUM HAPROXY && $(PYTEST)

test-long: $(DEV_STAMP) ## Run the tests without a browser, properties with 200 examples
	HYPOTHESIS_PROFILE=long $(PYTEST) -m "not browser"

DAYS := 2027-11-26 2028-02-29 2026-12-31
test-days: $(DEV_STAMP) ## Run the tests without a browser on other days of other years
	for day in $(DAYS); do echo "== $$day" && RIS_MAP_TODAY=$$day $(PYTEST) -m "not browser" || exit 1; done

check: $(RUN_STAMP) ## Check the data files
	$(BIN)/python -m ris_map check

lint: $(DEV_STAMP) ## Check style, types and import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(DEV_STAMP) ## Rewrite the code in the agreed style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

BENCHES := page analysis api

bench: $(DEV_STAMP) ## Measure pages, figures and API, each against a bare counterpart in the same run
	CHROMIUM="$$(sh scripts/ensure_chromium.sh)" && export CHROMIUM && \
	for name in $(BENCHES); do $(BIN)/python -m tests.bench.bench_$$name || exit 1; done

soak: $(DEV_STAMP) ## Two hours of visitors while the register is replaced (SOAK_MINUTES=120)
	$(BIN)/python -m tests.bench.soak

sbom: $(DEV_STAMP) ## Write what the product is made of, as CycloneDX (sbom.json)
	$(BIN)/cyclonedx-py requirements requirements.txt --output-reproducible -o sbom.json

lock: $(DEV_STAMP) ## Pin the newest versions of everything
	$(LOCK) --upgrade --output-file requirements.txt requirements.in
	$(LOCK) --upgrade --output-file requirements-dev.txt requirements-dev.in

clean: ## Remove what can be made again
	rm -rf $(VENV) output .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# An environment is made once; a stamp older than its lock file means "install again".
$(BIN)/python:
	@command -v $(PYTHON) > /dev/null || { \
		echo "There is no '$(PYTHON)'. Install Python 3.11 or newer, or: make PYTHON=/path/to/python ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$$($(PYTHON) --version) is too old; Python 3.11 or newer is needed: make PYTHON=python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.txt | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements.txt < /dev/null
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt < /dev/null
	@touch $@
