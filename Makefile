# The commands a newcomer and CI use. Everything is set up on first use, inside this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTENSION := vscode-extension
PAGE := server/heapline/export/page/overview.js

.PHONY: demo test check bench samples page vsix publish-marketplace publish-openvsx clean help

help:
	@echo "make demo      load a sample dump, in the terminal and in the language server"
	@echo "make test      set up, check and run every test"
	@echo "make check     ruff, mypy, generated files"
	@echo "make bench     speed and memory, beside what they are compared with (OBJECTS=5000000)"
	@echo "make samples   take the sample reports again with real Ruby"
	@echo "make page      build the page of 'heapline report --html'; needs Node 20"
	@echo "make vsix      package the VS Code extension for this machine, the server inside"

$(VENV)/ready: pyproject.toml setup.py $(wildcard server/heapline/heap/*.pyx server/heapline/heap/*.pxd)
	@./prepare $(PYTHON)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

demo: $(VENV)/ready
	@$(BIN)/python samples/demo.py

test: check $(PAGE)
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
	PYTHONPATH=tests $(BIN)/python bench/extension.py $(OBJECTS)

samples:
	$(MAKE) -C samples

$(EXTENSION)/node_modules/.package-lock.json: $(EXTENSION)/package-lock.json
	cd $(EXTENSION) && npm ci --no-audit --no-fund

page: $(PAGE)

$(PAGE): $(EXTENSION)/node_modules/.package-lock.json $(wildcard $(EXTENSION)/page/*) $(EXTENSION)/src/units.ts
	cd $(EXTENSION) && npm run --silent page

vsix: $(VENV)/ready $(EXTENSION)/node_modules/.package-lock.json
	$(BIN)/python $(EXTENSION)/package.py

# Both publish what lies in dist/, a package for each platform, as .github/workflows/release.yml has built them. The first wants
# a login by Microsoft Entra ID (az login), the second a token in OVSX_PAT.
publish-marketplace: $(EXTENSION)/node_modules/.package-lock.json
	cd $(EXTENSION) && npx vsce publish --azure-credential --skip-duplicate --packagePath $(abspath $(wildcard dist/*.vsix))

publish-openvsx:
	npx --yes ovsx@0.10.8 publish --skip-duplicate --packagePath $(wildcard dist/*.vsix)

clean:
	rm -rf $(VENV) build dist $(EXTENSION)/node_modules $(EXTENSION)/dist $(EXTENSION)/wheels $(EXTENSION)/sample $(EXTENSION)/docs $(dir $(PAGE))
