"""Lets the sample's people order what their stories say, whatever keeps real openings fair."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test.utils import override_settings

from shop.storefront.cache import catalogue_version

ALL = 100  # percent


@contextmanager
def unbound() -> Iterator[None]:
    """Bind no unpaid order in this process; what organizers have set at their desk still counts."""
    with override_settings(GUEST_UNITS=10_000, GUEST_SHARE=ALL, ACCOUNT_SHARE=ALL):
        catalogue_version.forget()
        try:
            yield
        finally:
            catalogue_version.forget()
