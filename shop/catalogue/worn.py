"""Whom a thing that is worn is for: the words of forms, pages and sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GENDERS: dict[str, StrOrPromise] = {
    Product.Gender.FEMALE: _("Women or girls"),
    Product.Gender.MALE: _("Men or boys"),
    Product.Gender.UNISEX: _("Everybody"),
}
AGES: dict[str, StrOrPromise] = {
    Product.AgeGroup.ADULT: _("Adults and teenagers"),
    Product.AgeGroup.KIDS: _("Children of 5 to 13 years"),
    Product.AgeGroup.TODDLER: _("Children of 1 to 5 years"),
    Product.AgeGroup.INFANT: _("Babies of 3 to 12 months"),
    Product.AgeGroup.NEWBORN: _("Babies up to 3 months"),
}
COLOUR_NAMES = ("colour", "color", "couleur", "cor", "rangi", "颜色", "اللون")
"""What the choice of a colour is called in the shop's languages, in small letters."""
SIZE_NAMES = ("size", "taille", "pointure", "tamanho", "saizi", "ukubwa", "尺码", "尺寸", "المقاس")


def gender_name(code: str) -> str:
    """Return whom a thing is for in words; empty where nobody said."""
    return str(GENDERS.get(code, ""))


def age_name(code: str) -> str:
    """Return the age of whom a thing is for in words; empty where nobody said."""
    return str(AGES.get(code, ""))
