"""The banner above every page of a preview: the moment that it shows, and the way out."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from shop.core import dates
from shop.festivals.local_time import wall_of
from shop.festivals.models import Festival
from shop.storefront.previews.boundaries import Boundary, boundaries, by_instant
from shop.storefront.previews.preview import Preview, Stock, Who

WHO = [
    (Who.ITSELF, "As signed in"),
    (Who.GUEST, "A guest"),
    (Who.NEW, "Has bought nothing yet"),
    (Who.AT_LIMIT, "Is at the limit"),
]
STOCK = [
    (Stock.AS_IT_IS, "As it is"),
    (Stock.SOLD_OUT, "Deals sold out"),
    (Stock.ONE_LEFT, "One left in each deal"),
]


class Banner:
    """The words above the pages of a preview; each part is worked out when it is asked for."""

    who = WHO
    stock = STOCK

    def __init__(self, preview: Preview, *, is_chosen_elsewhere: bool = False) -> None:
        self.preview, self.is_chosen_elsewhere = preview, is_chosen_elsewhere

    @property
    def at(self) -> datetime:
        """Return the instant that is shown."""
        return self.preview.at

    @property
    def is_staff(self) -> bool:
        """Tell whether whoever looks may choose another moment here."""
        return self.preview.user_id is not None and not self.is_chosen_elsewhere

    @cached_property
    def festival(self) -> Festival | None:
        """Return the festival that the preview is about."""
        return Festival.objects.filter(pk=self.preview.festival_id).first()

    @property
    def zone(self) -> str:
        """Return the zone in which the moment is written."""
        return self.festival.zone if self.festival else "UTC"

    @property
    def wall(self) -> datetime:
        """Return the local time of the zone at the instant that is shown."""
        return wall_of(self.at, self.zone)

    def moment(self, language: str) -> str:
        """Return the moment in words, to the second, with its zone."""
        day = dates.full_day_in(self.at, self.zone, language)
        return f"{day}, {self.wall:%H:%M:%S}, {dates.zone_name(self.at, self.zone, language)}"

    @property
    def scenario(self) -> list[str]:
        """Return the other assumptions of the preview, in words."""
        preview = self.preview
        found = [f"Shopper: {dict(WHO)[preview.who].lower()}"] if preview.who else []
        found += [f"Stock: {dict(STOCK)[preview.stock].lower()}"] if preview.stock else []
        return found + (["With what waits for a decision"] if preview.is_waiting else [])

    @cached_property
    def boundaries(self) -> list[Boundary]:
        """Return the moments to choose from; the one that is shown is among them."""
        found = by_instant(boundaries(self.festival)) if self.festival else []
        if any(boundary.at == self.at for boundary in found):
            return found
        shown = Boundary("", self.at, "This moment", self.wall)
        return sorted([*found, shown], key=lambda boundary: boundary.at)
