"""Names of countries and addresses in the reader's language, by Unicode's data; ways to send."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import gettext as _

from shop.catalogue.delivery.models import Contact, Rate
from shop.core.languages import order_key

# Two letters in Unicode's data, but nowhere to send to: unions, parts of other countries, tests.
NOT_COUNTRIES = {"CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"}


@lru_cache(maxsize=4_000)
def country_name(code: str, language: str) -> str:
    """Return a country's name in a language, or its code where none is known."""
    return Locale.parse(language, sep="-").territories.get(code, code)


@lru_cache(maxsize=16)
def countries_by_name(language: str) -> tuple[tuple[str, str], ...]:
    """Return all countries as (code, name), in the order of the language's dictionary."""
    names = Locale.parse(language, sep="-").territories
    found = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    ]
    return tuple(sorted(found, key=lambda pair: order_key(pair[1], language)))


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """Return the codes of all countries."""
    return frozenset(code for code, _name in countries_by_name("en"))


def tax_name(name: str) -> str:
    """Return the name of an import tax, in the reader's language; local names stay as they are."""
    plain = name.partition(" (")[0].partition(" with ")[0]
    match plain:
        case "VAT":
            return _("VAT")
        case "GST":
            return _("GST")
        case "sales tax":
            return _("sales tax")
        case "consumption tax":
            return _("consumption tax")
        case _:
            return plain


def address_lines(contact: Contact, language: str) -> tuple[str, ...]:
    """Return an address with its country, which some countries write above it."""
    name, written = country_name(contact.country, language), contact.written
    return (name, *written.lines) if written.is_country_first else (*written.lines, name)


def lines_of(contact: Contact, language: str, *, sends: bool) -> tuple[str, ...]:
    """Return where parcels go, or who is booking if nothing is sent."""
    return address_lines(contact, language) if sends else (contact.name, contact.email)


def service_name(service: str) -> str:
    """Return the name of a service level, in the reader's language."""
    match service:
        case Rate.ServiceLevel.EXPRESS:
            return _("Express")
        case Rate.ServiceLevel.PACKET:
            return _("Ordinary post")
        case _:
            return _("Standard")


def zone_name(zone: str) -> str:
    """Return what a zone of the table of rates is called; its code, where nobody named it."""
    return {
        "AFW": _("West and Central Africa"), "AFE": _("East and Southern Africa"),
        "AFN": _("North Africa"), "GLF": _("Gulf and Middle East"), "EUR": _("Europe"),
        "CEA": _("China and East Asia"), "NAM": _("North America"), "ROW": _("Rest of the world"),
    }.get(zone, zone)  # fmt: skip
