import logging
from typing import Any

from django.core.management.base import CommandError, CommandParser

from sample.apart import PagesFailed
from sample.commands import DemoCommand
from sample.loading import load
from sample.progress import Progress


class Command(DemoCommand):
    """Fills a demonstration."""

    help = "Load the sample, or what is missing of it; move it forward when it has aged."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --late."""
        parser.add_argument(
            "--late", action="store_true",
            help="draw the pictures of the first pages alone (draw_sample draws the others),"
            " and write the pages in a process beside",
        )  # fmt: skip

    def handle(self, *, late: bool, **options: Any) -> None:
        """Load, and say what is being done and how far it is."""
        # A thousand calls to the sandbox, a line of each, are nothing to read while one waits.
        logging.getLogger("shop.money.payments.provider").setLevel(logging.WARNING)
        self.stdout.ending = ""  # the line of progress is drawn over itself
        progress = Progress(self.stdout)
        try:
            load(progress, is_late=late)
        except PagesFailed as problem:
            raise CommandError("The pages could not be written, for the reason above.") from problem
        finally:
            progress.close()
