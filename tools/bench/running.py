"""One run: fills the databases, starts the servers, lets everything take turns, stops it all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path

import psycopg

from tools.bench import choosing, databases, desks, machine, pages, sizes
from tools.bench.preparing import (
    collect_static,
    environment,
    fill_with_many,
    fill_with_sample,
    tell,
)
from tools.bench.report import Outcome
from tools.bench.rounds import Target, measure
from tools.bench.servers import CannotMeasure, NotMeasured
from tools.bench.stand import NAME, Shop, Stand
from tools.bench.work.doing import Place, work_on

MISSING = (CannotMeasure, NotMeasured, psycopg.Error, OSError, HTTPException)
COUNT = "SELECT count(*) FROM shop_product"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for.

    ``products`` are the sizes of further shops. ``indexed`` is how many products are indexed in
    each of them, if there are any. ``against`` puts an earlier commit beside the shop. ``only``
    names the targets that take turns; empty for all.
    """

    rounds: int
    seconds: float
    products: Sequence[int]
    keep: bool
    against: str = ""
    indexed: int = 0
    only: Sequence[str] = ()

    def takes_turns(self, target: Target) -> bool:
        """Tell whether a target is measured: all are, unless some are named."""
        return not self.only or target.name in self.only


def run(asked: Asked, folder: Path) -> Outcome:
    """Return what was measured; what could not be is among it, with the reason.

    Args:
        folder: empty; it holds static files and logs while the run lasts.

    Raises:
        CannotMeasure: not even the shop with the sample starts.
    """
    missed: dict[str, str] = {}
    with ExitStack() as stack:
        server = stack.enter_context(databases.server())
        facts = machine.facts(databases.version(server)) | machine.remark()
        place = Place(server, databases.process(server), folder, environment(folder))
        shops = list(_shops(stack, place, asked, missed))
        collect_static({**place.environment, "DATABASE_URL": shops[0].address})
        with ExitStack() as serving:
            outcome = _measured(Stand(serving, folder, place.environment, shops[0].address),
                                facts, shops, place, asked)  # fmt: skip
        outcome.missed |= missed
        if len(shops) > 1:  # no server is connected to the databases any more
            _look_at_sizes(outcome, shops, place, asked)
        outcome.facts |= {
            "Load average after": machine.load(),
            "Turns": f"{asked.rounds} rounds of {asked.seconds:g} s",
        }
        return outcome


def _measured(
    stand: Stand, facts: Mapping[str, str], shops: Sequence[Shop], place: Place, asked: Asked
) -> Outcome:
    """Return what takes turns, with its turns, and the flash sale."""
    outcome = stand.prepare(facts)
    if len(shops) > 1:
        _try(outcome, "shops with more products", lambda: stand.prepare_sizes(outcome, shops))
    if asked.against:
        prepare = partial(stand.prepare_earlier, outcome, place.server, asked.against)
        _try(outcome, asked.against, prepare)
    tell("Measuring.")
    chosen = [target for target in outcome.targets if asked.takes_turns(target)]
    if not chosen:
        names = ", ".join(target.name for target in outcome.targets)
        raise CannotMeasure(f"No target has this name. There are: {names}.")
    measure(
        chosen,
        rounds=asked.rounds,
        seconds=asked.seconds,
        database=place.pid,
        report=partial(_report, asked.rounds),
    )
    tell("Holding the flash sale.")
    _try(outcome, "the flash sale", lambda: setattr(outcome, "sale", stand.hold_sale()))
    return outcome


def _look_at_sizes(outcome: Outcome, shops: Sequence[Shop], place: Place, asked: Asked) -> None:
    """Look at what the pages of the largest shop read, and do work in copies of all."""
    tell("Looking at the plans of statements.")
    _try(outcome, "rows looked at", lambda: _read(outcome, shops[-1], place))
    for size, shop in zip(outcome.sizes, shops, strict=False):
        tell(f"Working in a shop with {shop.products:,} products.")
        size.works = work_on(place, shop.name, indexed=asked.indexed, tell=tell)


def _read(outcome: Outcome, shop: Shop, place: Place) -> None:
    around = {**place.environment, "DATABASE_URL": shop.address, "BENCH_KEEPS": "nothing"}
    choice = choosing.choose(shop.address)
    lists = desks.requests(desks.sign_in(around), choice)
    outcome.readings = sizes.look_at([*pages.shared_pages(choice), *lists], around, place.folder)


def _try(outcome: Outcome, what: str, act: Callable[[], object]) -> None:
    """Do a part of the run; what cannot be done is noted, and the others are not lost."""
    try:
        act()
    except MISSING as reason:
        outcome.missed[what] = str(reason) or type(reason).__name__
        tell(f"{what}: not measured, {reason}")


def _shops(stack: ExitStack, place: Place, asked: Asked, missed: dict[str, str]) -> Iterator[Shop]:
    """Lend the database with the sample, and those with more products that are asked for."""
    fill = partial(fill_with_sample, place.environment)
    lent = databases.database(place.server, NAME, fill=fill, keep=asked.keep)
    address = stack.enter_context(lent)
    with psycopg.connect(address) as connection:
        yield Shop(connection.execute(COUNT).fetchone()[0], NAME, address)
    for products in sorted(asked.products):
        fill = partial(fill_with_many, place.environment, products)
        name = f"{NAME}_{products}"
        lent = databases.database(place.server, name, fill=fill, keep=asked.keep, like=NAME)
        try:
            yield Shop(products, name, stack.enter_context(lent))
        except MISSING as reason:
            missed[f"a shop with {products:,} products"] = str(reason)
            tell(f"{products:,} products: not measured, {reason}")


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
