"""Gender and age group of clothes, shoes and hats, in words; what shops call size and colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GENDERS: dict[str, StrOrPromise] = {
    Product.Gender.FEMALE: _("Women or girls"),
    Product.Gender.MALE: _("Men or boys"),
    Product.Gender.UNISEX: _("Unisex"),
}
AGES: dict[str, StrOrPromise] = {
    Product.AgeGroup.ADULT: _("Adults and teenagers"),
    Product.AgeGroup.KIDS: _("Children, 5 to 13 years"),
    Product.AgeGroup.TODDLER: _("Toddlers, 1 to 5 years"),
    Product.AgeGroup.INFANT: _("Babies, 3 to 12 months"),
    Product.AgeGroup.NEWBORN: _("Newborns, up to 3 months"),
}
COLOUR_NAMES = ("colour", "color", "couleur", "cor", "rangi", "颜色", "اللون")
"""Names of the option in the shop's languages, lower case."""
SIZE_NAMES = ("size", "taille", "pointure", "tamanho", "saizi", "ukubwa", "尺码", "尺寸", "المقاس")


def gender_name(code: str) -> str:
    """Return the label of a gender, empty for none."""
    return str(GENDERS.get(code, ""))


def age_name(code: str) -> str:
    """Return the label of an age group, empty for none."""
    return str(AGES.get(code, ""))
