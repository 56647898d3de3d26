# Two commands a newcomer needs: `make demo` and `make test`. Each sets up .venv first, from the lock file.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
# Many tests wait for something: four at a time are quicker than one for each of two cores.
JOBS   ?= 4
# Some machines forbid Python to keep what it has compiled. Then each of the processes that the tests start, well over a
# hundred, compiles all of the source again: a fifth to a third of its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench lock clean

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: $(VENV)/ready
	$(BIN)/tieout demo

test: $(VENV)/ready
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/python -m pytest tests/test_house_rules.py

bench: $(VENV)/ready
	$(BIN)/tieout bench

lock:
	$(BIN)/python -m piptools compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build src/*.egg-info
