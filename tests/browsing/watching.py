"""Notes what goes wrong in a browser while nobody looks at it."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request, Response

from tests.patience import wait_until

# A refusal is a page of its own: the test reads what it says. The sandbox declines with 402, and
# a payment page that has ended is gone.
SAID_IN_WORDS = {402, 409, 410, 422}
# The browser gave up a request itself, because the visitor went on to another page.
GAVE_UP = "net::ERR_ABORTED"
# htmx logs the same as an error.
GAVE_UP_BY_HTMX = ("htmx:sendAbort", "htmx:afterRequest")
# The console repeats what the status of an answer says; that is judged by the status.
REPEATED = "Failed to load resource"
MEASURE = "document.body && [document.scrollingElement.scrollWidth, innerWidth]"


class Watch:
    """Whatever a visitor's browser complained about, as sentences."""

    def __init__(self, context: BrowserContext) -> None:
        """Begin to watch every page of a visitor, those opened later too."""
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        self.is_away = False  # the test has cut the line
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"script: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def expect(self, *statuses: int) -> None:
        """Take answers with these statuses for right, such as a 404 that a test asks for."""
        self.expected.update(statuses)

    def _console(self, message: ConsoleMessage) -> None:
        # Errors of script, and every breach of the content policy.
        is_known = REPEATED in message.text or message.text.startswith(GAVE_UP_BY_HTMX)
        if message.type == "error" and not is_known:
            self._note(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if GAVE_UP not in (request.failure or "") and not self.is_away:
            self._note(f"no answer: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in SAID_IN_WORDS | self.expected:
            self._note(f"{response.status}: {response.request.method} {response.url}")

    def _note(self, complaint: str) -> None:
        if complaint not in self.complaints:
            self.complaints.append(complaint)


def goes_sideways(page: Page) -> str:
    """Say how far a page can be scrolled sideways; nothing if it cannot."""
    width, room = wait_until(lambda: _measured(page))
    return f"{width} pixels wide in a window of {room}" if width > room else ""


def _measured(page: Page) -> list[int] | None:
    """Return how wide a page and its window are; nothing between two pages, or before a body."""
    with suppress(Error):
        measured: list[int] | None = page.evaluate(MEASURE)
        return measured
    return None
