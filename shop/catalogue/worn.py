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
# What spreadsheets write, in any language of the shop.
GENDER_WORDS: dict[str, str] = {
    "female": "women|woman|ladies|girls|femme|femmes|fille|filles|mulher|mulheres|feminino|"
              "wanawake|mwanamke|女|女士|女性|女款|نساء|نسائي|women or girls",
    "male": "men|man|gentlemen|boys|homme|hommes|garçon|garçons|homem|homens|masculino|wanaume|"
            "mwanamume|男|男士|男性|男款|رجال|رجالي|men or boys",
    "unisex": "everybody|all|mixte|unissexo|wote|中性|男女通用|الجنسين|للجنسين",
}  # fmt: skip
AGE_WORDS: dict[str, str] = {
    "adult": "adults|adulte|adultes|adulto|adultos|mtu mzima|watu wazima|成人|بالغ|بالغون|كبار",
    "kids": "children|child|kid|enfant|enfants|criança|crianças|watoto|儿童|أطفال",
    "toddler": "toddlers|tout-petit|tout-petits|1-5 years|幼儿",
    "infant": "infants|baby|babies|bébé|bébés|bebé|bebés|bebê|bebês|婴儿|رضع",
    "newborn": "newborns|nouveau-né|nouveau-nés|recém-nascido|recém-nascidos|新生儿|حديثو الولادة",
}
COLOUR_NAMES = ("colour", "color", "couleur", "cor", "rangi", "颜色", "اللون")
"""Names of the option in the shop's languages, lower case."""
SIZE_NAMES = ("size", "taille", "pointure", "tamanho", "saizi", "ukubwa", "尺码", "尺寸", "المقاس")
