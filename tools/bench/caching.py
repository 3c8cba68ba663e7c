"""A cache for measuring: pages are built anew, but what they are counted from is kept."""

from typing import Any

from django.core.cache.backends.locmem import LocMemCache


class WithoutPages(LocMemCache):
    """Local memory that takes everything but shared pages."""

    def set(self, key: str, value: Any, *arguments: Any, **options: Any) -> None:
        """Keep a value, unless it is a page."""
        if not key.startswith("page:"):
            super().set(key, value, *arguments, **options)
