# The commands a newcomer and CI use. Everything is set up on first use, inside this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTENSION := vscode-extension

.PHONY: demo test check bench samples vsix clean help

help:
	@echo "make demo      load a sample dump, in the terminal and in the language server"
	@echo "make test      set up, check and run every test"
	@echo "make check     ruff, mypy, generated files"
	@echo "make bench     speed and memory, beside what they are compared with (OBJECTS=5000000)"
	@echo "make samples   take the sample reports again with real Ruby"
	@echo "make vsix      package the VS Code extension for this machine, the server inside"

$(VENV)/ready: pyproject.toml setup.py $(wildcard server/heapline/heap/*.pyx)
	@./prepare $(PYTHON)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

demo: $(VENV)/ready
	@$(BIN)/python samples/demo.py

test: check $(EXTENSION)/node_modules/.package-lock.json
	$(BIN)/pytest
	cd $(EXTENSION) && npm run --silent check

check: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m heapline.settings.generate --check

bench: $(VENV)/ready
	$(BIN)/pip install --quiet --editable '.[bench]'
	$(BIN)/python bench/run.py $(OBJECTS)

samples:
	$(MAKE) -C samples

$(EXTENSION)/node_modules/.package-lock.json: $(EXTENSION)/package-lock.json
	cd $(EXTENSION) && npm ci --no-audit --no-fund

vsix: $(VENV)/ready $(EXTENSION)/node_modules/.package-lock.json
	$(BIN)/python $(EXTENSION)/package.py

clean:
	rm -rf $(VENV) build dist $(EXTENSION)/node_modules $(EXTENSION)/dist $(EXTENSION)/wheels
