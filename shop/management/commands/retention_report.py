import json
from collections.abc import Sequence
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.core import clock
from shop.operations.retention.report import KindReport, people_erased, retention_report


class Command(BaseCommand):
    help = "Say of each kind of data what is kept longer than it should; fail where something is."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --json, for machines."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="for machines")

    def handle(self, *, as_json: bool, **options: object) -> None:
        """Print a line for each kind."""
        at = clock.now()
        found, erased = retention_report(at=at), people_erased(at=at)
        if as_json:
            self._as_json(found, erased)
        else:
            for row in found:
                self.stdout.write(f"{'!!' if row.overdue else 'ok'} {row.what}: {row.after}")
                stays = f" ({row.why})" if row.kept else ""
                self.stdout.write(f"   overdue {row.overdue}, stay {row.kept}{stays}, "
                                  f"gone in 30 days {row.gone}")  # fmt: skip
            self.stdout.write(f"People erased in 30 days: {erased}.")
        if overdue := [row.what for row in found if row.overdue]:
            raise CommandError(f"Kept too long: {'; '.join(overdue)}.")

    def _as_json(self, found: Sequence[KindReport], erased: int) -> None:
        facts = {"kinds": [asdict(row) for row in found], "people_erased": erased}
        self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1))
