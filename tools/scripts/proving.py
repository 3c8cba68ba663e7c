"""What scripts say that prove what pages promise, and how they end when it is not so."""

import sys


class NotSo(Exception):
    """Something is not as the pages say."""


def expect(is_so: bool, otherwise: str) -> None:
    """Go on if it is so.

    Raises:
        NotSo: it is not.
    """
    if not is_so:
        raise NotSo(otherwise)


def say(text: str) -> None:
    """Say at once what is being done."""
    sys.stdout.write(f"== {text}\n")
    sys.stdout.flush()
