"""A visitor who asks again for a while when nobody answers."""

import http.client
import time
from collections.abc import Mapping

from tools.bench.browser import Answer, Browser
from tools.bench.drill.notes import Notes

PATIENCE = 120  # seconds that a visit may take in all before somebody has had enough
PAUSE = 3
ANSWER = 30  # for one answer
BROKEN = 500


class GaveUp(Exception):
    """The visitor has had enough."""


class Visitor:
    """Somebody at a site; ``notes`` is told what the shop answers, and nothing of other sites."""

    def __init__(self, browser: Browser, notes: Notes | None) -> None:
        browser.patience = ANSWER
        self._browser = browser
        self._notes = notes
        self._goes_at = time.monotonic() + PATIENCE

    @property
    def is_patient(self) -> bool:
        """Tell whether the visitor would try again."""
        return time.monotonic() < self._goes_at

    def asks(self, path: str, form: Mapping[str, object] | None = None) -> Answer | None:
        """Return the answer to one request; None if nobody answered."""
        try:
            is_post = form is not None
            answer = self._browser.post(path, form) if is_post else self._browser.get(path)
        except (OSError, http.client.HTTPException) as silence:
            self._browser.close()
            if self._notes:
                self._notes.silent(silence)
            return None
        if self._notes:
            self._notes.heard(path, answer)
        return answer

    def insists(self, path: str, form: Mapping[str, object] | None = None) -> Answer:
        """Return the first answer that is no error of the server.

        Raises:
            GaveUp: there was none for too long.
        """
        while self.is_patient:
            answer = self.asks(path, form)
            if answer and answer.status < BROKEN:
                return answer
            time.sleep(PAUSE)
        raise GaveUp(path.split("?", maxsplit=1)[0] if path.count("/") < 4 else "the order's page")

    def leaves(self) -> None:
        """Close the connection."""
        self._browser.close()
