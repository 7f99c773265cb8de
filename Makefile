# make chat: from a bare clone to an answering page. make test: from a bare clone to green. Both set themselves up.
PYTHON ?=
HOST ?= 127.0.0.1
PORT ?= 7860
BIN := .venv/bin

.PHONY: chat test setup setup-dev clean

chat: setup
	@$(BIN)/slugline ingest corpus
	@$(BIN)/slugline ui --host $(HOST) --port $(PORT)

test: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy cli.py ui.py web commands rag ingest eval train
	$(BIN)/pytest

setup:
	@PYTHON="$(PYTHON)" sh tools/setup.sh run

setup-dev:
	@PYTHON="$(PYTHON)" sh tools/setup.sh dev

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache
