# The two commands: `make run` starts the platform, `make test` proves it. Both call `make install`.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install run test bench proof lint messages docs lock clean system-packages

$(BIN)/uv:
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(STAMP): requirements.lock pyproject.toml | $(BIN)/uv
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps -e .
	$(BIN)/python -m compileall -q src
	touch $@

install: $(STAMP) messages  ## environment from the hashed lock, compiled message catalogues

run: install  ## the whole platform on embedded defaults; Ctrl-C stops it
	exec $(BIN)/jutong run

messages: $(STAMP)
	@$(BIN)/python tools/messages.py compile

lock: | $(BIN)/uv  ## after changing pyproject.toml
	$(BIN)/uv pip compile --quiet --python-version 3.11.2 --group dev pyproject.toml --generate-hashes --no-emit-index-url --no-header -o requirements.lock

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	JUTONG_DATA_DIR=$(CURDIR)/build/lint $(BIN)/mypy
	$(BIN)/lint-imports

system-packages:  ## what tests need from Debian (installed when root)
	@tools/system-packages

test: install system-packages lint
	$(BIN)/python tools/run_tests.py

bench: install system-packages
	$(BIN)/python -m tests.benchmarks

proof: install system-packages
	$(BIN)/python -m tests.proof

docs: install
	$(BIN)/python tools/docs.py

clean:
	rm -rf $(VENV) build
