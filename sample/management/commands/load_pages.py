from typing import Any

from sample.apart import one_at_a_time
from sample.commands import DemoCommand
from sample.pages import write_pages
from shop.core import clock


class Command(DemoCommand):
    """Writes the pages of a demonstration."""

    help = "Write the sample's pages that are missing. load_sample does it, or calls this beside."

    def handle(self, **options: Any) -> None:
        """Write them; what there is stays as it is."""
        with one_at_a_time():
            write_pages(at=clock.now())
