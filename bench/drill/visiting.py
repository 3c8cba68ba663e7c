"""A visitor who asks again for a while when nobody answers."""

import http.client
import time
from collections.abc import Mapping

from bench.browser import Answer, Browser
from bench.drill.notes import Notes

TRIES, PAUSE = 10, 3  # after some half a minute people go
BROKEN = 500


class GaveUp(Exception):
    """The visitor has had enough."""


class Visitor:
    """Somebody at a site; ``notes`` is told what the shop answers, and nothing of other sites."""

    def __init__(self, browser: Browser, notes: Notes | None) -> None:
        self._browser = browser
        self._notes = notes

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
        for _try in range(TRIES):
            answer = self.asks(path, form)
            if answer and answer.status < BROKEN:
                return answer
            time.sleep(PAUSE)
        raise GaveUp(path.split("?", maxsplit=1)[0] if path.count("/") < 4 else "the order's page")

    def leaves(self) -> None:
        """Close the connection."""
        self._browser.close()
