# The project's commands. `make` alone lists them. Each installs what it misses (.ci/needs).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test build format lint interop faults clean

SWIFT ?= swift
SOURCES := Package.swift Sources Tests
# Options for `make demo`, such as ARGS="--port 9000" or ARGS=--once.
ARGS ?=
# The program that `make interop` and `make faults` run; built when not given.
GATEHOUSE ?=
# Words that choose cases of the two, such as CASES=tls.
CASES ?=
# For `make faults`: the seed of a run to do again, and how often each fault is done (1 is usual).
SEED ?=
ROUNDS ?= 1

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## build and run the sandbox: a gateway, its parties, one exchange
	@bash .ci/needs build
	$(SWIFT) build --product gatehouse
	@exec .build/debug/gatehouse sandbox --directory sandbox $(ARGS)

test: ## build and run all tests
	@bash .ci/needs build
	# In two runs: the tests of the doors have deadlines, and those of the pure rooms keep every
	# core busy.
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --disable-xctest --filter "ValidationTests|PolicyTests|TidyTests"
	$(SWIFT) test --skip-build --disable-xctest --skip "ValidationTests|PolicyTests|TidyTests"

build: ## build the program for use, in .build/release
	@bash .ci/needs build
	$(SWIFT) build -c release --static-swift-stdlib --product gatehouse

format: ## lay out the Swift files
	$(SWIFT) format format --in-place --recursive --parallel $(SOURCES)

lint: ## check the layout and style of the Swift files
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

interop: ## check against strangers' programs: JDK, jsonschema, sslyze and others
	@bash .ci/needs build
	@bash .ci/needs interop
	@[ -n "$(GATEHOUSE)" ] || $(SWIFT) build --product gatehouse
	@[ -x .venv/bin/python ] || python3 -m venv .venv
	@cmp -s Tests/Interop/requirements.txt .venv/requirements.txt || { \
	  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
	    --requirement Tests/Interop/requirements.txt; \
	  cp Tests/Interop/requirements.txt .venv/requirements.txt; }
	@GATEHOUSE="$(GATEHOUSE)" PYTHONDONTWRITEBYTECODE=1 \
	  .venv/bin/python Tests/Interop/run.py $(CASES)

faults: ## kill, cut, fill and slow a gateway under load, and look whether anything was lost
	@bash .ci/needs build
	@bash .ci/needs faults
	@[ -n "$(GATEHOUSE)" ] || $(SWIFT) build --product gatehouse
	@GATEHOUSE="$(GATEHOUSE)" PYTHONDONTWRITEBYTECODE=1 \
	  python3 Tests/Faults/run.py $(if $(SEED),--seed $(SEED)) --rounds $(ROUNDS) $(CASES)

clean: ## remove what was built, and the sandbox
	rm -rf .build .venv sandbox
