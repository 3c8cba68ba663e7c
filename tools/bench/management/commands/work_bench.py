import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shop.core import clock
from shop.management.commands.beat import ROUNDS
from tools.bench.work.changes import DEALS, PRICES, Opening, index_many, lower_prices
from tools.bench.work.metering import Meter

QUIET, CHANGE, CHANGED = "quiet", "change", "changed"
PUBLISHED = "their festival published, until all prices say so"


class Command(BaseCommand):
    """Does what is written much at once, and each round of the beat, before it and after it."""

    help = "Measure writes and rounds of the beat; print a line of JSON for each."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the process of the database server, and how many products are indexed."""
        parser.add_argument("--database-pid", type=int, default=0)
        parser.add_argument("--indexed", type=int, required=True)

    def handle(self, *, database_pid: int, indexed: int, **options: Any) -> None:
        """Do all of it. The first turn of the rounds is for what had been waiting."""
        self.meter, self.indexed = Meter(database_pid or None), indexed
        at = clock.now()
        for piece in ROUNDS:
            self.meter.measure(partial(piece.use_case, at=at))
        self._rounds(QUIET, at=at + timedelta(seconds=15))
        at = self._change(at=clock.now())
        self._rounds(CHANGED, at=at)

    def _change(self, *, at: datetime) -> datetime:
        """Change much; return when the festival among it opens."""
        opens_at = at
        try:
            opening = Opening(at=at)
        except Exception as error:  # noqa: BLE001 (the other changes have their turn)
            self._tell(CHANGE, f"{DEALS:,} deals", {"missed": str(error)})
        else:
            opens_at = opening.starts_at
            self._measure(CHANGE, f"{DEALS:,} deals approved", opening.approve)
            self._measure(CHANGE, PUBLISHED, opening.publish)
        self._measure(CHANGE, f"{PRICES:,} prices changed", partial(lower_prices, at=at))
        act = partial(index_many, self.meter, self.indexed)
        self._measure(CHANGE, f"{self.indexed:,} products indexed", act)
        return opens_at

    def _rounds(self, kind: str, *, at: datetime) -> None:
        for piece in ROUNDS:
            self._measure(kind, piece.name, partial(piece.use_case, at=at))

    def _measure(self, kind: str, name: str, act: Callable[[], object]) -> None:
        self._tell(kind, name, self.meter.measure(act))

    def _tell(self, kind: str, name: str, facts: dict[str, Any]) -> None:
        self.stdout.write(json.dumps({"kind": kind, "name": name, **facts}))
        self.stdout.flush()
