"""For whom and when a page is written: the moment, the language, the festival and its phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shop.storefront.cache.catalogue_version import CatalogueVersion, KnownFestival


class Phase(StrEnum):
    """Where a festival stands; it comes from the clock, never from a job."""

    TEASER = "teaser"
    LIVE = "live"
    ENDED = "ended"


def phase_of(festival: KnownFestival, at: datetime) -> Phase:
    """Return the phase of a festival at an instant; its end is already over."""
    if at < festival.starts_at:
        return Phase.TEASER
    return Phase.LIVE if at < festival.ends_at else Phase.ENDED


@dataclass(frozen=True, slots=True)
class Scene:
    """The facts that the words of a page depend on beside themselves.

    ``is_of_one`` says that the page is about this festival alone, and not about whatever runs.
    ``words_lang`` is the language of the page's own words where that is not the one it is shown
    in.
    """

    at: datetime
    language: str
    version: CatalogueVersion
    festival: KnownFestival | None = None
    is_of_one: bool = False
    words_lang: str = ""

    @property
    def phase(self) -> Phase | None:
        """Return the phase of the festival, or None where the page has none."""
        return phase_of(self.festival, self.at) if self.festival else None

    @property
    def festivals(self) -> list[int]:
        """Return the festivals whose products count as those of the page."""
        if self.festival:
            return [self.festival.id]
        return [known.id for known in self.version.live]

    def shows(self, phases: list[str]) -> bool:
        """Tell whether something meant for some phases is shown; for none named, always."""
        return not phases or self.phase in phases
