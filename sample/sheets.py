"""What the sample's sheets say, as values: stores with their products, festivals, pavilions."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import yaml

# The shop's language codes, by those of the sheets.
LANGUAGES = {"en": "en", "fr": "fr", "zh": "zh-hans", "ar": "ar", "sw": "sw", "pt": "pt"}
DOLLARS = re.compile(r"[0-9]{1,7}\.[0-9]{2}")


class SheetError(ValueError):
    """A sheet cannot be used; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class VariantSheet:
    """One row of a product: what is put into a cart.

    ``sku`` is the product's where it has one variant, else the product's and a number from 1.
    ``option`` holds one value for each of the product's options, in their order.
    ``price`` is in cents of the US dollar. ``stock`` is seats per session for an outing.
    """

    sku: str
    option: tuple[str, ...]
    price: int
    stock: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class OptionSheet:
    """What a shopper chooses between, such as Colour: Gold, Indigo."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """When an outing starts, by the clock of its place.

    No ``months``, ``weekdays`` or ``moons`` means all of them. ``weekdays`` count from Monday, 0;
    ``moons`` are *new* and *full*: tides and moonlight follow them, so no week's pattern counts.
    """

    hours: tuple[time, ...]
    months: frozenset[int]
    weekdays: frozenset[int]
    moons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutingSheet:
    """What a tour or a class has beyond goods."""

    duration_minutes: int
    sessions_per_week: int
    meeting_point: str
    times: Times


@dataclass(frozen=True, slots=True)
class ProductSheet:
    """One product.

    ``number`` is its place within the store, from 0; its picture depends on it. With
    ``is_inexact`` its drawing shows the thing in another way, or another thing.
    """

    sku: str
    number: int
    title: str
    category: str
    art: str
    is_inexact: bool
    summary: str
    description: str
    materials: tuple[str, ...]
    origin: str
    hs_code: str
    gender: str
    age_group: str
    colour: str
    options: tuple[OptionSheet, ...]
    variants: tuple[VariantSheet, ...]
    tags: tuple[str, ...]
    outing: OutingSheet | None

    @property
    def stock(self) -> int:
        """Units of all variants together."""
        return sum(variant.stock for variant in self.variants)

    @property
    def lowest_price(self) -> int:
        """The cheapest variant's price in cents."""
        return min(variant.price for variant in self.variants)


@dataclass(frozen=True, slots=True)
class StoreSheet:
    """One store with its ten products."""

    slug: str
    name: str
    kind: str
    country: str
    city: str
    founded: int
    makers: int
    tagline: str
    story: str
    certifications: tuple[str, ...]
    dispatch_days: tuple[int, int]
    colours: tuple[str, str, str]
    pattern: str
    products: tuple[ProductSheet, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """Title and first sentence of a block on a festival's page."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class FestivalTexts:
    """A festival's copy in one language.

    ``calls`` says what the button reads, by phase (teaser, live, ended); ``headings`` are by block.
    """

    title: str
    tagline: str
    intro: str
    calls: Mapping[str, str]
    headings: Mapping[str, Heading]


@dataclass(frozen=True, slots=True)
class FestivalSheet:
    """One festival. Its days count from the day on which the sample is loaded.

    No ``categories`` means all of them. ``pavilions`` are countries; ``stories`` are slugs;
    ``hero_kinds`` are illustrations. ``texts`` are by language.
    """

    slug: str
    phase: str
    starts_in_days: int
    ends_in_days: int
    zone: str
    priority: int
    categories: tuple[str, ...]
    pavilions: tuple[str, ...]
    stories: tuple[str, ...]
    hero_kinds: tuple[str, ...]
    texts: Mapping[str, FestivalTexts]

    def window(self, loaded_on: date) -> tuple[datetime, datetime]:
        """Return the half-open time in which it is live, in its own zone."""
        return (
            moment_in(self.zone, loaded_on, self.starts_in_days),
            moment_in(self.zone, loaded_on, self.ends_in_days),
        )


@dataclass(frozen=True, slots=True)
class PavilionTexts:
    """A country's name and introduction in one language."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PavilionSheet:
    """One country that festivals show together; ``hero`` is an illustration."""

    country: str
    hero: str
    texts: Mapping[str, PavilionTexts]


def moment_in(zone: str, loaded_on: date, days: int, hour: int = 0) -> datetime:
    """Return the moment that a wall clock in the zone shows so many days after loading.

    Args:
        hour: 0 to 24; 24 is the midnight that ends the day.
    """
    day = loaded_on + timedelta(days=days + hour // 24)
    return datetime.combine(day, time(hour % 24), ZoneInfo(zone))


def cents(dollars: str) -> int:
    """Return whole cents: ``"68.00"`` gives 6800.

    Raises:
        SheetError: for anything else than digits, a point and two digits.
    """
    if not DOLLARS.fullmatch(dollars):
        raise SheetError(f"{dollars!r} is not dollars with two decimals")
    return int(dollars.replace(".", ""))


@contextmanager
def naming(where: str) -> Iterator[None]:
    """Put the place in front of whatever turns out to be wrong with a sheet.

    Raises:
        SheetError: for a key that is missing, a value of the wrong kind, a file that is no YAML.
    """
    try:
        yield
    except KeyError as missing:
        raise SheetError(f"{where}: {missing} is missing") from missing
    except (TypeError, ValueError, yaml.YAMLError) as problem:
        raise SheetError(f"{where}: {problem}") from problem
