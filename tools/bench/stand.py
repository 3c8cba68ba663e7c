"""The servers of a run, and what is measured on them."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tools.bench import choosing, databases, desks, earlier, flash_sale, pages, servers
from tools.bench.choosing import Choice
from tools.bench.earlier import Earlier
from tools.bench.preparing import collect_static, fill_with_sample, tell, trade
from tools.bench.report import Outcome
from tools.bench.rounds import Target, unmeasured
from tools.bench.servers import NotMeasured, Server
from tools.bench.sizes import Size

NAME = "bench"


class Shop(NamedTuple):
    """A filled database: how many products are in it, its name and its address."""

    products: int
    name: str
    address: str


class Stand:
    """The servers of a run, and what is measured on them."""

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
            desk=self._desk(self._shop, self._database, self._choice),
        )

    def prepare_sizes(self, outcome: Outcome, shops: Sequence[Shop]) -> None:
        """Add the pages of shops with more products; the first one is that of the sample."""
        sample, *others = shops
        few = self._serve("config.wsgi", BENCH_KEEPS="counts")
        counted = pages.counted(few, self._choice)
        outcome.sizes = [Size(sample.products, outcome.cold, counted, outcome.desk)]
        outcome.sizes += map(self._size, others)

    def _size(self, shop: Shop) -> Size:
        choice = choosing.choose(shop.address)
        anew = self._serve("config.wsgi", BENCH_KEEPS="nothing", DATABASE_URL=shop.address)
        counts = self._serve("config.wsgi", BENCH_KEEPS="counts", DATABASE_URL=shop.address)
        return Size(
            shop.products,
            pages.shared(anew, choice, count="cold"),
            pages.counted(counts, choice),
            self._desk(anew, shop.address, choice),
        )

    def _desk(self, shop: Server, database: str, choice: Choice) -> list[Target]:
        try:
            people = desks.sign_in({**self._environment, "DATABASE_URL": database})
        except NotMeasured as reason:
            return [unmeasured(name, str(reason)) for name in desks.NAMES]
        return desks.targets(shop, people, choice)

    def prepare_earlier(self, outcome: Outcome, server: str, commit: str) -> None:
        """Add an earlier commit, with a database that it fills itself."""
        tell(f"Preparing {commit}.")
        tree = self._stack.enter_context(earlier.checkout(commit, self._folder))
        around = self._environment | {
            "BENCH_FOLDER": str(self._folder / "static-earlier"),
            "DJANGO_SETTINGS_MODULE": earlier.settings_in(tree),
        }
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
        hello = self._serve("tools.bench.limits.hello")
        django = self._serve("tools.bench.limits.wsgi", BENCH_BALLAST=str(ballast))
        return pages.limits(hello, django, self._choice.product_id)

    def _trade(self, **environment: str) -> Server:
        own = {"DATABASE_URL": self._database} | environment
        return trade(self._stack, self._folder, self._environment | own)

    def _serve(self, application: str, **environment: str) -> Server:
        environment = {"DATABASE_URL": self._database} | environment
        serving = servers.web(application, self._folder, self._environment | environment)
        return self._stack.enter_context(serving)
