"""Lets members upload images one at a time: threads of the web server are for pages.

Files of strangers never get here: see ``incoming``. A member's image is decoded while its page
waits, in a child process; so only few threads may wait for that, and nobody waits for a place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from shop.core.images.clean import PictureRefused
from shop.core.rate_limits.store import limits

PLACES = BoundedSemaphore(2)
"""Threads of this process: one has its image decoded, one is next."""
LONGEST = 120
"""Seconds after which a place is free again whose process died."""


@contextmanager
def one_at_a_time(by: AbstractBaseUser) -> Iterator[None]:
    """Let a member have files decoded, unless another request of theirs does, or two others do.

    Raises:
        PictureRefused: there is no place now; nothing was read.
    """
    own = f"uploads:{by.pk}"
    if not limits.add(own, 1, LONGEST):
        text = _("Your last upload is still being worked on. Send this one when it is done.")
        raise PictureRefused(text)
    try:
        if not PLACES.acquire(blocking=False):
            text = _("Many pictures are coming in just now. Send this one again in a minute.")
            raise PictureRefused(text)
        try:
            yield
        finally:
            PLACES.release()
    finally:
        limits.delete(own)
