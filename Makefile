# make chat: from a bare clone to an answering page. make test: from a bare clone to green. Both set themselves up.
PYTHON ?=
HOST ?= 127.0.0.1
PORT ?= 7860
BIN := .venv/bin
# The last numpy for Python 3.10 has no default for what an array holds: there a bare np.ndarray is no fault.
BARE_ARRAYS = $$($(BIN)/python -c 'import sys; print("--allow-any-generics" if sys.version_info < (3, 11) else "")')

.PHONY: chat test setup setup-dev clean

chat: setup
	@$(BIN)/slugline ingest corpus
	@$(BIN)/slugline ui --host $(HOST) --port $(PORT)

test: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(BARE_ARRAYS) cli.py ui.py web commands rag ingest eval train
	$(BIN)/pytest

setup:
	@PYTHON="$(PYTHON)" sh tools/setup.sh run

setup-dev:
	@PYTHON="$(PYTHON)" sh tools/setup.sh dev

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache
