import time


class Clock:
    """The sandbox's own idea of now: the machine's time plus an offset that tests may move.

    Signatures of webhooks never use it: they carry the machine's time, which the SDK checks.
    """

    def __init__(self) -> None:
        """Start at the machine's time."""
        self.offset = 0

    def now(self) -> int:
        """Return the present second, counted as Unix does."""
        return int(time.time()) + self.offset
