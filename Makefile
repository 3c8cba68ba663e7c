# Everything a developer calls. `make` alone lists it.

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test long check fmt mutants lives season bench upgrade-test stop

python := .venv/bin/python

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv with all that developers need, and let git check subjects of commits
	@tools/scripts/setup.sh dev
	@git config core.hooksPath tools/hooks || :

demo: ## open the shop with its sample at http://127.0.0.1:8000/ (PORT=8001 make demo: elsewhere)
	@tools/scripts/setup.sh demo
	@$(python) -m tools.scripts.demo

demo-reset: ## delete the demo's data, so that the next demo begins anew
	@tools/scripts/setup.sh demo
	@$(python) -m tools.scripts.demo_reset

test: ## run checks and tests (ARGS=changed: those of a change; ARGS="tests/shop -k price": some)
	@tools/scripts/test.sh $(ARGS)

long: ## run the tests that take long: browsers, drills, many examples, much data
	@WHICH=long tools/scripts/test.sh $(ARGS)

check: ## run the checks alone: format, lint, types, imports, links, lengths
	@tools/scripts/check.sh

fmt: ## put code and templates into the house's format
	@tools/scripts/setup.sh dev
	@.venv/bin/ruff format
	@.venv/bin/ruff check --fix
	@find templates cms shop sample -name '*.html' -exec .venv/bin/djade --target-version 6.1 {} +

mutants: ## remove each guard in turn: the test that watches it has to fail
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.mutants

lives: ## play many lives of orders, 2,000 unless LIVES says otherwise: all books have to agree
	@LIVES=$${LIVES:-2000} tools/scripts/test.sh -n 0 -o faulthandler_timeout=0 tests/lives

season: ## play three festivals to the last payout (make season SEASON=20000 SEASON_WEB=2000)
	@SEASON=$${SEASON:-200} SEASON_WEB=$${SEASON_WEB:-20} tools/scripts/test.sh -n 0 -s -o faulthandler_timeout=0 tests/season

bench: ## measure how fast the shop is (make bench ARGS="--rounds 1 --seconds 1": in short)
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench $(ARGS)

upgrade-test: ## upgrade the shop from 0.9 while people buy, go back, upgrade again
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.upgrade_test $(ARGS)

stop: ## stop the embedded database servers of this project
	@$(python) -m config.embedded demo stop
	@$(python) -m config.embedded test stop
