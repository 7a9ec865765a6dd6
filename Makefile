# The two commands of the README are `make demo` and `make test`; both set up all they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CORES ?= 2

.PHONY: demo test check bench clean

# ensurepip is missing on a bare Debian; virtualenv as a zipapp needs nothing but python3.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) 2>/dev/null || ( $(PYTHON) -m pip --version >/dev/null 2>&1 && $(PYTHON) -m pip install --user --break-system-packages virtualenv && $(PYTHON) -m virtualenv $(VENV) ) || \
	  { echo "make: python3 has no venv module; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(STAMP): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.tested: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test --group check
	touch $@

demo: $(STAMP)
	$(BIN)/onrecord demo

test: $(VENV)/.tested check
	$(BIN)/python -m pytest

check: $(VENV)/.tested
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python bench/reading.py

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
