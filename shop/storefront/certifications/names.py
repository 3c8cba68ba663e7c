"""Certificates that a store may name; each needs a paper that can be shown."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language

from shop.catalogue.models import Term
from shop.core.languages import in_language

CERTIFICATES = (
    "Organic",
    "Organic textile",
    "Fair trade",
    "Social audit",
    "HACCP",
    "Food safety system (ISO 22000 kind)",
    "National food registration",
    "Overseas food maker registration in China",
    "US food facility registration and prior notice",
    "Veterinary or health certificate",
    "Phytosanitary certificate",
    "Fumigation or heat treatment (ISPM 15 for wood packing)",
    "Declaration: no protected species (CITES)",
    "CITES export permit",
    "Geographical indication",
    "Certificate of origin",
    "Exporter's origin statement (REX and like)",
    "Halal",
    "Kosher",
    "Wild collection",
    "Access and benefit sharing permit (Nagoya)",
    "EU deforestation statement",
    "Plantation or certified timber",
    "Certified forest paper",
    "Recycled material",
    "Hallmark (precious metal)",
    "Kimberley Process certificate",
    "Heritage export clearance",
    "Toy safety (CE, EN 71 kind)",
    "EU responsible person (general product safety)",
    "Cosmetic notification and safety report",
    "Cruelty-free",
    "Food contact test",
    "Azo-free dyes",
    "Natural dyes",
    "Vegetable-tanned leather",
    "Responsible wool or mohair",
    "Wine or spirit analysis document (VI-1 kind)",
    "Registered or licensed guide",
    "Tour operator licence",
    "First aid or rescue training",
    "Park or wildlife permit",
)


def called(titles: Iterable[str]) -> dict[str, str]:
    """Return what certificates are called in the page's language, by title.

    One that nobody translated keeps its own. One statement, in English none.
    """
    names, language = {title: title for title in titles}, get_language() or settings.LANGUAGE_CODE
    if language != settings.LANGUAGE_CODE:
        terms = Term.objects.filter(kind=Term.Kind.CERTIFICATE, term__in=names)
        for term in terms:
            names[term.term] = in_language(term.names, language) or term.term
    return names
