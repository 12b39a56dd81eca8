# The targets, for developers and CI alike. Each sets up what it needs; a plain `make` lists them.

VENV ?= .venv
BIND ?= 127.0.0.1:8000
BIN = $(VENV)/bin
AUDIT = $(VENV)-audit
BENCH = $(VENV)-bench
PARALLEL = $(BIN)/pytest --numprocesses auto --maxprocesses 8 --dist worksteal
export VENV PYTHON

.PHONY: help run test test-unit test-server test-install torture bench bench-quick bench-page lint audit format screenshots clean

help:
	@echo "make run                      install and start the server, and print its address"
	@echo "make run BIND=0.0.0.0:8000    the same for phones on your network"
	@echo "make test                     install everything for the tests, a browser too, and run them"
	@echo "make test-unit                the page's modules that need no browser, in a second"
	@echo "make test-server              the tests that need no browser"
	@echo "make test-install             install the checkout and the wheel afresh, and try them"
	@echo "make torture                  five minutes of kill -9 and broken connections, then a table of losses"
	@echo "make bench                    compare costs with other servers, in half an hour"
	@echo "make bench-quick              the most important figures of it, in two minutes"
	@echo "make bench-page               how fast the page is in a browser, in five minutes"
	@echo "make lint                     style, types and layers"
	@echo "make audit                    check the server's dependencies for known vulnerabilities"
	@echo "make format                   fix the style"
	@echo "make screenshots              take pictures of the page into build/screenshots"
	@echo "make clean                    remove what the other targets made (not your database)"

run: $(VENV)/run.done
	@exec $(BIN)/watchparty serve --bind $(BIND)

test: test-unit
	@scripts/browser
	$(PARALLEL) $(ARGS)

test-unit: $(VENV)/test.done
	$(BIN)/node --test "tests/unit/*.test.js"

test-server: test-unit
	$(PARALLEL) -m "not browser and not install" $(ARGS)

test-install: $(VENV)/test.done
	$(BIN)/pytest -m install --numprocesses 2 --dist loadfile $(ARGS)

torture: $(VENV)/test.done
	$(BIN)/python -m tests.torture $(SECONDS)

bench: $(BENCH)/bench.done
	$(BENCH)/bin/python -m benchmarks $(ARGS)

bench-quick: $(BENCH)/bench.done
	$(BENCH)/bin/python -m benchmarks --quick $(ARGS)

bench-page: $(VENV)/test.done
	@scripts/browser
	$(BIN)/python -m benchmarks.page $(ARGS)

lint: $(VENV)/lint.done $(VENV)/typescript.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.check_js_layers
	$(BIN)/oxlint
	$(BIN)/node $(VENV)/typescript/node_modules/typescript/bin/tsc --project jsconfig.json --noEmit

audit: $(VENV)/run.done $(AUDIT)/audit.done
	@$(BIN)/python -m scripts.audit $(AUDIT)/bin/pip-audit

format: $(VENV)/lint.done
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: $(VENV)/test.done
	@scripts/browser
	$(BIN)/python -m scripts.screenshots

clean:
	rm -rf $(VENV) $(AUDIT) $(BENCH) dist build .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/run.done: pyproject.toml scripts/setup
	@scripts/setup
	@touch $@

$(VENV)/test.done: pyproject.toml scripts/setup
	@scripts/setup "[test]"
	@touch $@ $(VENV)/run.done

$(VENV)/lint.done: pyproject.toml scripts/setup
	@scripts/setup "[test,lint]"
	@touch $@ $(VENV)/run.done $(VENV)/test.done

# TypeScript comes from npm, which comes with the Node of the extras.
$(VENV)/typescript.done: package.json package-lock.json | $(VENV)/lint.done
	@mkdir -p $(VENV)/typescript
	@cp package.json package-lock.json $(VENV)/typescript
	@$(BIN)/npm ci --no-audit --loglevel=error --prefix $(VENV)/typescript >/dev/null
	@touch $@

$(BENCH)/bench.done: pyproject.toml scripts/setup scripts/bench-peers
	@VENV=$(BENCH) scripts/setup "[bench]"
	@scripts/bench-peers $(BENCH)/peers
	@touch $@

$(AUDIT)/audit.done: pyproject.toml scripts/setup
	@VENV=$(AUDIT) scripts/setup "[audit]"
	@touch $@
