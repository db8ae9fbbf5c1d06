# make demo     set up and run the demo experiment; prints where the report is
# make test     set up and run all tests but the slow tier
# make check    format, lint, types, import layers
# make test-all everything, the slow tier too
# make stain    how far stained areas are from the truth (docs/stain_accuracy.md), some ten minutes
# make coverage how often intervals hold the truth (docs/coverage.md), some fifteen minutes
# make bench    speed and memory as ratios of one run; writes bench.json
# make mutants  small faults put into effects/ and assays/, which tests have to notice (docs/mutants.md), over an hour
# make audit    ask for known weaknesses of every locked package (needs a network; docs/security.md)
# make sbom     write the list of parts and licences anew, after the lock was renewed
# make vendors  set up allotropy, which reads further instruments, in an environment of its own
# make docs     the pages of docs/ as a site in build/site; a broken link fails
# make pages    write the pages of docs/ that are made from the code, after that was changed
# make pictures take the pictures of docs/ from the demo's report (needs Chromium)
# make messages write the golden messages anew, after words of a problem were changed
# make slurm    set up Snakemake's SLURM executor, for a cluster (docs/cluster.md)
# make lock     renew the hashed requirements (needs a package index)
PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEV := .venv/.dev
JOBS ?= 2

.PHONY: install slurm vendors demo test test-all check stain coverage bench mutants audit sbom docs pages pictures messages lock format clean
.DELETE_ON_ERROR:

install: $(RUNTIME)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mgassay needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

vendors: .venv-vendors/.ready

slurm: $(RUNTIME)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-slurm.lock

# For the tests, beside .venv: an executor that is there to be found costs every start of Snakemake a quarter of a second.
.venv-slurm/.ready: requirements-slurm.lock | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --upgrade --target .venv-slurm -r requirements-slurm.lock
	@touch $@

.venv-%/.ready: requirements-%.lock | $(BIN)/python
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-$*.lock
	@touch $@

demo: $(RUNTIME)
	$(BIN)/snakemake
	@echo "The report: $$(ls -d $(CURDIR)/results/*/report.html | head -n 1)"

# Tests start some hundred programs, which would compile the package anew each where an environment forbids bytecode.
test test-all: export PYTHONDONTWRITEBYTECODE =
test: $(DEV) .venv-slurm/.ready
	$(BIN)/pytest -n $(JOBS) --dist loadgroup -m "not slow" $(PYTEST_ARGS)

test-all: $(DEV) .venv-slurm/.ready .venv-oracles/.ready
	$(BIN)/pytest -n $(JOBS) --dist loadgroup $(PYTEST_ARGS)

check: $(DEV)
	$(BIN)/ruff format --check src tests bench docs
	$(BIN)/ruff check src tests bench docs
	$(BIN)/snakefmt --check --compact-diff Snakefile workflow
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q tests/test_architecture.py

format: $(DEV)
	$(BIN)/ruff check --fix-only src tests bench docs
	$(BIN)/ruff format src tests bench docs
	$(BIN)/snakefmt Snakefile workflow

stain: $(DEV)
	$(BIN)/python -m bench.stain_accuracy

coverage: $(DEV)
	$(BIN)/python -m bench.coverage

bench: $(DEV)
	$(BIN)/python -m bench $(if $(RUNS),--runs $(RUNS))

# MODULE=effects/shares/rho: all faults of one module (or folder) instead of the sample. A survivor not in docs/mutants.csv ends it with 1.
mutants: $(DEV)
	$(BIN)/python -m bench.mutants $(MODULE)

# Without a network: ADVISORIES=docs/advisories.csv, the project's record, or a folder or zip of a database's copy.
audit: $(RUNTIME)
	$(BIN)/python -m $(if $(ADVISORIES),bench.advisories $(ADVISORIES),bench.audit audit)

sbom: $(RUNTIME)
	$(BIN)/python -m bench.audit sbom

docs: $(DEV)
	$(BIN)/sphinx-build -W --keep-going -q -b html docs build/site
	@echo "The site: $(CURDIR)/build/site/index.html"

# Of the demo's results, which must be there, only one_number, tutorial and pictures need to know.
WRITTEN := alizarin flags grades kits problems settings tables
pages: $(DEV) demo
	set -e; for page in $(WRITTEN) one_number tutorial; do $(BIN)/python docs/$$page.py; done

pictures: $(DEV) demo
	$(BIN)/python docs/picture.py

messages: $(DEV)
	-$(BIN)/pytest -q --record-messages tests/test_golden_messages.py
	git diff --stat tests/reference/messages.toml

# The locks hold names, versions and hashes, and no address: any index that serves the same files will do.
LOCK := .venv-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-config --quiet --custom-compile-command "make lock"
lock:
	$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	$(LOCK) pyproject.toml --extra build -o requirements.lock $(UPGRADE)
	$(LOCK) pyproject.toml --extra build --extra dev -c requirements.lock -o requirements-dev.lock $(UPGRADE)
	$(LOCK) --group vendors -o requirements-vendors.lock $(UPGRADE)
	$(LOCK) --group slurm --no-deps -c requirements.lock -o requirements-slurm.lock $(UPGRADE)
	$(LOCK) --group oracles -c requirements-vendors.lock -o requirements-oracles.lock $(UPGRADE)
	rm -rf .venv-lock

clean:
	rm -rf results .snakemake build
