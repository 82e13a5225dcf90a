# serve, test, check, bench, bench-million: each makes and reuses one virtual environment.
PYTHON ?= python3
VENV ?= .venv
DATA ?= data
RUN = $(VENV)/bin

.PHONY: serve test check bench bench-million format clean

serve: $(VENV)/.serve
	$(RUN)/article-search index corpus --data $(DATA)
	$(RUN)/article-search serve --data $(DATA)

test: $(VENV)/.test
	$(RUN)/python -m pytest

check: $(VENV)/.test
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/python -m coverage erase
	$(RUN)/python -m coverage run -m pytest -m "not real_corpus and not torture" --ignore-glob="tests/test_browser*"
	NUMBA_DISABLE_JIT=1 $(RUN)/python -m coverage run -m pytest tests/test_kernels.py tests/test_literal_codes.py tests/test_closeness.py
	$(RUN)/python -m coverage combine -q
	$(RUN)/python -m coverage report

bench: $(VENV)/.bench
	$(RUN)/python -m benchmarks.run

bench-million: $(VENV)/.bench
	$(RUN)/python -m benchmarks.run --tile 100000
	$(RUN)/python -m benchmarks.run --tile 1000000
	$(RUN)/python -m benchmarks.curves

format: $(VENV)/.test
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

clean:
	rm -rf $(VENV) $(DATA) .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info build

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; name it: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: $(VENV)/bin/python setup.cfg
	$(RUN)/python -m pip install --quiet --disable-pip-version-check -e '.[fast,html]'
	touch $@

$(VENV)/.test: $(VENV)/bin/python setup.cfg
	$(RUN)/python -m pip install --quiet --disable-pip-version-check -e '.[fast,html,test]'
	touch $@

$(VENV)/.bench: $(VENV)/bin/python setup.cfg
	$(RUN)/python -m pip install --quiet --disable-pip-version-check -e '.[fast,bench]'
	touch $@
