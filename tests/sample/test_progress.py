import io

from sample.progress import Progress


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


def test_elsewhere_than_on_a_terminal_a_line_is_written_for_each_work_that_was_done():
    said = io.StringIO()
    progress = Progress(said)

    for done in (0, 1, 2):
        progress.report("Stocking stores", done, 2)
    progress.report("Drawing pictures", 1200, 1200)
    progress.say("All is there.")
    progress.close()

    assert said.getvalue() == "Stocking stores: 2\nAll is there.\n"


def test_on_a_terminal_one_line_says_what_is_done_and_how_far_it_is():
    said = Terminal()
    progress = Progress(said)

    progress.report("Stocking stores", 25, 100)
    progress.report("Drawing pictures", 900, 1200)
    progress.close()

    first, second = said.getvalue().split("\r\x1b[K")[1:3]
    assert first == "[######..................]  25%  Stocking stores 25 of 100"
    assert second.startswith(
        "[############............]  50%  Stocking stores 25 of 100, Drawing pic"
    )
    assert said.getvalue().endswith("\r\x1b[K")
