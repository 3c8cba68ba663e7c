"""One run: fills the databases, starts the servers, lets everything take turns, stops it all."""

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import (
    choosing,
    databases,
    earlier,
    enlarging,
    flash_sale,
    machine,
    pages,
    pgbench,
    servers,
)
from bench.comparing import comparisons
from bench.earlier import Earlier
from bench.report import Outcome
from bench.rival import pages as rival_pages
from bench.rival.lending import rival
from bench.rounds import Target, measure
from bench.servers import CannotMeasure, Server

NAME = "bench"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for; ``products`` of 0 means the sample's own.

    ``rival`` puts django-oscar beside the shop, ``against`` an earlier commit of it.
    """

    rounds: int
    seconds: float
    products: int
    keep: bool
    rival: bool = False
    against: str = ""


def run(asked: Asked, folder: Path) -> Outcome:
    """Return what was measured.

    Args:
        folder: empty; it holds static files and logs while the run lasts.

    Raises:
        CannotMeasure: something does not start or answers wrongly.
    """
    with ExitStack() as stack:
        server = stack.enter_context(databases.server())
        before = machine.facts(databases.version(server)) | machine.remark()
        around = environment(folder)
        small, large = _databases(stack, server, asked, around)
        collect_static(around | {"DATABASE_URL": small})
        bench = _Bench(stack, folder, around, small)
        outcome = bench.prepare(before)
        if large:
            bench.prepare_growth(outcome, large, asked.products)
        if asked.rival:
            bench.prepare_rival(outcome, server, keep=asked.keep)
        if asked.against:
            bench.prepare_earlier(outcome, server, asked.against)
        tell("Measuring.")
        measure(
            outcome.targets,
            rounds=asked.rounds,
            seconds=asked.seconds,
            database=databases.process(server),
            report=partial(_report, asked.rounds),
        )
        tell("Holding the flash sale.")
        outcome.sale = bench.hold_sale()
        outcome.facts |= {
            "Load average after": machine.load(),
            "Turns": f"{asked.rounds} rounds of {asked.seconds:g} s",
        }
        return outcome


def tell(text: str) -> None:
    """Say what is being done; the report alone goes to standard output."""
    print(text, file=sys.stderr, flush=True)


class _Bench:
    """The servers of a run and what is measured on them."""

    def __init__(
        self, stack: ExitStack, folder: Path, environment: Mapping[str, str], database: str
    ) -> None:
        self._stack = stack
        self._folder = folder
        self._environment = environment
        self._database = database
        self._choice = choosing.choose(database)
        self._shop = self._trade(BENCH_KEEPS="nothing")
        self._kept = self._trade()

    def prepare(self, facts: Mapping[str, str]) -> Outcome:
        """Start all servers and return what is to be measured, with no turn taken yet."""
        tell("Starting the servers.")
        return Outcome(
            facts=dict(facts),
            limits=self._limits(),
            cold=pages.shared(self._shop, self._choice, count="cold"),
            warm=pages.shared(self._kept, self._choice, count="warm"),
            personal=pages.personal(self._shop, self._choice),
            written=self._written(),
        )

    def prepare_growth(self, outcome: Outcome, database: str, products: int) -> None:
        """Add the pages of a shop with many products."""
        choice = choosing.choose(database)
        few = {target.name: target for target in outcome.cold}
        large = self._serve("config.wsgi", BENCH_KEEPS="nothing", DATABASE_URL=database)
        many = pages.shared(large, choice, count="cold")
        outcome.products = products
        outcome.grown = [(few[target.name], target) for target in many]
        small = self._serve("config.wsgi", BENCH_KEEPS="counts")
        large = self._serve("config.wsgi", BENCH_KEEPS="counts", DATABASE_URL=database)
        outcome.counted = list(
            zip(pages.counted(small, self._choice), pages.counted(large, choice), strict=True)
        )

    def prepare_rival(self, outcome: Outcome, server: str, *, keep: bool) -> None:
        """Add django-oscar, and what of the shop is to stand beside it."""
        tell("Preparing django-oscar.")
        lent = rival(server, self._database, self._folder, self._environment, keep=keep)
        oscar = rival_pages.targets(self._stack.enter_context(lent), self._choice)
        outcome.compared = comparisons(
            oscar,
            [*outcome.cold, *outcome.personal],
            [*outcome.warm, *pages.never_kept(self._kept, self._choice)],
        )

    def prepare_earlier(self, outcome: Outcome, server: str, commit: str) -> None:
        """Add an earlier commit, with a database that it fills itself."""
        tell(f"Preparing {commit}.")
        tree = self._stack.enter_context(earlier.checkout(commit, self._folder))
        around = self._environment | {"BENCH_FOLDER": str(self._folder / "static-earlier")}
        fill = partial(fill_with_sample, around, tree=tree)
        lent = databases.database(server, f"{NAME}_earlier", fill=fill, keep=False)
        around |= {"DATABASE_URL": self._stack.enter_context(lent)}
        collect_static(around, tree=tree)
        choice = choosing.choose(around["DATABASE_URL"])
        anew = trade(self._stack, self._folder, around | {"BENCH_KEEPS": "nothing"}, tree=tree)
        kept = trade(self._stack, self._folder, around, tree=tree)
        outcome.earlier = Earlier(
            commit,
            earlier.pairs(
                [*pages.shared(anew, choice, count="cold"), *pages.personal(anew, choice)],
                [*outcome.cold, *outcome.personal],
            ),
            earlier.pairs(pages.shared(kept, choice, count="warm"), outcome.warm),
        )

    def hold_sale(self) -> flash_sale.Sale:
        """Hold the flash sale; nothing else is measured meanwhile."""
        promised = partial(choosing.promised, self._database, self._choice.scarce)
        return flash_sale.sell(self._shop.url, self._choice.scarce, promised)

    def _limits(self) -> list[Target]:
        ballast = self._folder / "ballast.html"
        ballast.write_text(pages.fetch(self._shop, "/products/"))
        hello = self._serve("bench.limits.hello")
        django = self._serve("bench.limits.wsgi", BENCH_BALLAST=str(ballast))
        return pages.limits(hello, django, self._choice.product_id)

    def _written(self) -> list[Target]:
        program = pgbench.find()
        if program is None:
            tell("There is no pgbench here: PostgreSQL alone is not measured.")
            return []
        act = partial(pgbench.run, program, self._database)
        scripts = pgbench.prepare(program, self._database, self._folder)
        return [Target(script.name, partial(act, script), is_primed=False) for script in scripts]

    def _trade(self, **environment: str) -> Server:
        own = {"DATABASE_URL": self._database} | environment
        return trade(self._stack, self._folder, self._environment | own)

    def _serve(self, application: str, **environment: str) -> Server:
        environment = {"DATABASE_URL": self._database} | environment
        serving = servers.web(application, self._folder, self._environment | environment)
        return self._stack.enter_context(serving)


def trade(
    stack: ExitStack, folder: Path, environment: Mapping[str, str], *, tree: Path | None = None
) -> Server:
    """Serve the shop, with a payment sandbox of its own that reports to it.

    Args:
        tree: where the shop's code is, if not here.
    """
    port = servers.free_port()
    around = {**environment, "STRIPE_BASE_URL": f"http://{servers.HOST}:{port}"}
    shop = stack.enter_context(servers.web("config.wsgi", folder, around, tree=tree))
    stack.enter_context(servers.sandbox(shop.url, folder, around, port=port))
    return shop


def collect_static(environment: Mapping[str, str], *, tree: Path | None = None) -> None:
    """Put the static files where the servers look for them."""
    _manage(environment, "collectstatic", "--noinput", "-v0", tree=tree)


def environment(folder: Path) -> dict[str, str]:
    """Return what all servers find in their environment: the settings of the demonstration."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "BENCH_FOLDER": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "0",
        "DEMO": "0",
        "ALLOWED_HOSTS": servers.HOST,
        "PAYMENTS_SANDBOX": "1",
        "STRIPE_SECRET_KEY": "sk_test_sandbox_bench",
        "STRIPE_BASE_URL": f"http://{servers.HOST}:{servers.free_port()}",
        "STRIPE_WEBHOOK_SECRETS": "whsec_sandbox_bench",
        "REDIS_URL": "",
    }


def _databases(
    stack: ExitStack, server: str, asked: Asked, around: Mapping[str, str]
) -> tuple[str, str]:
    """Lend the database with the sample, and the one with many products if it is asked for."""
    fill = partial(fill_with_sample, around)
    small = databases.database(server, NAME, fill=fill, keep=asked.keep)
    found = stack.enter_context(small)
    if not asked.products:
        return found, ""
    fill = partial(_enlarge, around, asked.products)
    name = f"{NAME}_{asked.products}"
    large = databases.database(server, name, fill=fill, keep=asked.keep, like=NAME)
    return found, stack.enter_context(large)


def fill_with_sample(
    environment: Mapping[str, str], address: str, *, tree: Path | None = None
) -> None:
    """Fill a database with the sample."""
    tell("Loading the sample.")
    environment = environment | {"DATABASE_URL": address}
    _manage(environment, "migrate", "-v0", tree=tree)
    _manage(environment | {"DEMO": "1"}, "load_bench", tree=tree)
    _count(environment, address, tree=tree)


def _enlarge(environment: Mapping[str, str], products: int, address: str) -> None:
    tell(f"Making {products:,} products.")
    enlarging.enlarge(address, products)
    _count(environment, address)


def _count(environment: Mapping[str, str], address: str, *, tree: Path | None = None) -> None:
    """Do at once what beat and server would do in the background while we measure."""
    enlarging.tidy(address)  # counting wants to know how much there is
    _manage(environment | {"DATABASE_URL": address}, "recount_bench", tree=tree)
    enlarging.tidy(address)


def _manage(environment: Mapping[str, str], *arguments: str, tree: Path | None = None) -> None:
    command = [sys.executable, "manage.py", *arguments]
    ran = subprocess.run(command, env=environment, cwd=tree, stdout=sys.stderr, check=False)
    if ran.returncode:
        raise CannotMeasure(f"manage.py {arguments[0]} failed, for the reason above.")


def _report(rounds: int, number: int, target: Target) -> None:
    turn = target.turns[-1]
    if turn is None:
        tell(f"{number + 1}/{rounds} {target.name}: not measured, {target.missed}")
        return
    wrong = f", {turn.load.errors} errors" if turn.load.errors else ""
    tell(
        f"{number + 1}/{rounds} {target.name}: {turn.load.rate:,.1f}/s, "
        f"CPU {turn.server:.2f} + {turn.database:.2f} ms{wrong}"
    )
