import os
from typing import Any

from sample.commands import DemoCommand
from sample.pictures import draw_all
from sample.picturing import media_folder
from sample.progress import Progress


class Command(DemoCommand):
    """Draws beside a demonstration that is open."""

    help = "Draw the sample's pictures that are missing; whoever asks for one meanwhile gets it."

    def handle(self, **options: Any) -> None:
        """Draw with all cores: how much of them it gets is for its priority to say."""
        self.stdout.ending = ""
        progress = Progress(self.stdout)
        jobs = os.cpu_count() or 1

        def report(done: int, total: int) -> None:
            progress.report("Drawing pictures", done, total)

        try:
            draw_all(media_folder(), jobs=jobs, report=report)
        finally:
            progress.close()
