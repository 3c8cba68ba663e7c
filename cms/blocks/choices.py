"""The choices of editors, as they are when the form is opened."""

from django.conf import settings
from django.db.models import F
from wagtail import blocks

from shop.catalogue.delivery.names import countries_by_name
from shop.catalogue.models import Category
from shop.core.currencies import currencies
from shop.festivals import local_time
from shop.festivals.models import Slot

DEAREST = 1_000_000_000  # whole units; nothing costs more
SORTS = [
    ("popular", "Most bought first"),
    ("saving", "Largest saving first"),
    ("price", "Cheapest first"),
    ("newest", "Newest first"),
]
LOOKS = [("grid", "Grid"), ("rail", "Rail to scroll sideways")]


class LateChoiceBlock(blocks.ChoiceBlock):
    """A choice whose list is read for the form alone: pages are shown without asking for it."""

    def normalize_choice(self, value: str | None) -> str | None:
        """Return the choice unchanged: the list is read for the form alone."""
        return value


def countries() -> list[tuple[str, str]]:
    """Return the countries of the world by name."""
    return list(countries_by_name("en"))


def categories() -> list[tuple[str, str]]:
    """Return the places in the catalogue."""
    return [(row.path, f"{row.name} ({row.path})") for row in Category.objects.all()]


def zones() -> list[tuple[str, str]]:
    """Return the places that have a time zone."""
    return [(zone, zone) for zone in local_time.zones()]


def flash_slots() -> list[tuple[str, str]]:
    """Return the times of flash deals, the latest first."""
    slots = Slot.objects.filter(kind=Slot.Kind.FLASH).annotate(of=F("festival__title"))
    return [
        (str(row.pk), f"{row.of}: {row.label}, {row.starts_at:%d %b %Y %H:%M} UTC")
        for row in slots.order_by("-starts_at", "pk")[:200]
    ]


def minor_units(whole: int) -> int:
    """Return whole units of the shop's currency in minor units."""
    return whole * 10 ** currencies()[settings.SHOP_CURRENCY].exponent
