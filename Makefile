# Everything a developer calls. `make` alone lists it.

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test long check fmt mutants fuzz lives season bench bench-large bench-opening bench-memory bench-rival drill drill-several drill-edges tries pictures install-test container-test upgrade-test licences lock sbom audit updates stop

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

test: ## run the checks and the tests (make test ARGS="tests/shop -k price": some)
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

fuzz: ## run the property tests for long
	@tools/scripts/setup.sh dev
	@HYPOTHESIS_PROFILE=fuzz $(python) -m pytest tests/fuzz

lives: ## play many lives of orders, 2,000 unless LIVES says otherwise: all books have to agree
	@LIVES=$${LIVES:-2000} tools/scripts/test.sh -n 0 -o faulthandler_timeout=0 tests/lives

season: ## play three festivals to the last payout (make season SEASON=20000 SEASON_WEB=2000)
	@SEASON=$${SEASON:-200} SEASON_WEB=$${SEASON_WEB:-20} tools/scripts/test.sh -n 0 -s -o faulthandler_timeout=0 tests/season

bench: ## measure how fast the shop is (make bench ARGS="--rounds 1 --seconds 1": in short)
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench $(ARGS)

bench-opening: ## the minute in which a festival opens: ARGS=10 for 10 a second, ARGS="10 --whole" behind nginx
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench.opening $(ARGS)

bench-memory: ## look whether a process grows over 100,000 requests and 2,000 orders
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench.memory $(ARGS)

drill: ## kill and silence every part of the shop in turn while people buy: ten minutes
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench.drill $(ARGS)

drill-several: ## lose every process and machine of several while people buy (root, half an hour)
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench.several $(ARGS)

drill-edges: ## lose one of two edges that share an address, ten times each way (root, four minutes)
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench.several.edges

tries: ## try each page of docs/how-to/opening-night.md on a shop that sells: ten minutes
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench.tries $(ARGS)

bench-rival: ## the same beside django-oscar, and with 100,000 products: an hour
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench --rival --products 100000 $(ARGS)

bench-large: ## the same with 100,000 and 1,000,000 products, desks, writes, beat: two hours
	@tools/scripts/setup.sh dev
	@$(python) -m tools.bench --products 100000 --products 1000000 --indexed 100000 $(ARGS)

pictures: ## take the pictures of the how-to pages anew
	@tools/scripts/setup.sh dev
	@BAOBAB_PICTURES=1 CHROMIUM=$$(tools/scripts/chromium.sh) $(python) -m pytest tests/journeys/pictures

install-test: ## install the shop in a bare Debian of a folder, and buy there (root, five minutes)
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.install_test

container-test: ## build the images in a folder, and run what compose.yaml says (root, ten minutes)
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.container_test

licences: ## list the packages of production with their licences; some are refused
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.packages.licences

sbom: ## write what production is made of to build/sbom.json (CycloneDX)
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.packages.sbom

audit: ## ask for known holes in the packages of production, where a service can be reached
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.packages.audit $(ARGS)

lock: ## write requirements*.lock, with hashes, from requirements*.txt (needs uv)
	@tools/scripts/lock.sh

updates: ## try the newest versions of all packages in a place of their own: ten minutes
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.packages.updates

upgrade-test: ## upgrade the shop from 0.9 while people buy, go back, upgrade again
	@tools/scripts/setup.sh dev
	@$(python) -m tools.scripts.upgrade_test $(ARGS)

stop: ## stop the embedded database servers of this project
	@$(python) -m config.embedded demo stop
	@$(python) -m config.embedded test stop
