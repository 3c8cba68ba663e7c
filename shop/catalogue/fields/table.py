"""The fields of a product, each declared once: the attributes of ``TypedWords``.

The store's form, its drafts and proposed changes, the comparison for reviewers, spreadsheets,
feeds, organizers' pages, the product page and its preview read this table. See
``docs/extend/add-a-product-field.md``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, get_type_hints

from django.utils.translation import gettext_lazy as _

from shop.catalogue.fields.field_types import (
    ChoiceType,
    CountryType,
    CustomsCode,
    HoursAhead,
    Line,
    NumberType,
    Prose,
    Tongues,
    WordList,
)
from shop.catalogue.fields.row import (
    FormSection,
    OrganizerLine,
    PageLine,
    ProductField,
    SpreadsheetColumn,
)
from shop.catalogue.models import CANCEL_HOURS, Term
from shop.catalogue.worn import AGE_WORDS, AGES, GENDER_WORDS, GENDERS


@dataclass(frozen=True, slots=True)
class TypedWords:
    """The words and facts of a product's page, and its category.

    A ``Product`` has a column of the same name for each. Forms and pages show them in this order.
    """

    title: Annotated[
        str,
        ProductField(
            Line(160),
            _("Name"),
            help_text=_("What it is first, then colour or size."),
            missing=_("Enter a name"),
            place=FormSection.ELSEWHERE,
            organizers=None,
            column=SpreadsheetColumn(
                "name",
                example="Toe-loop sandal",
                guesses="title|title en|name|name en|product|product name|désignation|designation|"
                "nom|titre|produit|nome|título|titulo|produto|jina|bidhaa|الاسم|اسم المنتج|المنتج|"
                "名称|品名|商品名称|产品名称",
                elsewhere={"shopify": ("title",), "woocommerce": ("name",), "etsy": ("title",)},
            ),
        ),
    ]
    category_id: int
    titles: Mapping[str, str] = field(default_factory=dict)
    summary: Annotated[
        str,
        ProductField(
            Line(200),
            _("In one sentence"),
            is_translated=True,
            organizers=None,
            column=SpreadsheetColumn(
                "summary",
                guesses="summary|short description|résumé|resumo|muhtasari|الملخص|ملخص|简介",
                elsewhere={"shopify": ("seo description",), "woocommerce": ("short description",)},
            ),
        ),
    ] = ""
    description: Annotated[
        str,
        ProductField(
            Prose(8_000),
            _("Description"),
            is_translated=True,
            organizers=None,
            column=SpreadsheetColumn(
                "description",
                guesses="description|details|détails|descrição|descricao|maelezo|الوصف|وصف|描述|"
                "商品描述",
                elsewhere={
                    "shopify": ("body (html)", "description"),
                    "woocommerce": ("description",),
                    "etsy": ("description",),
                },
            ),
        ),
    ] = ""
    materials: Annotated[
        Sequence[str],
        ProductField(
            WordList(most=20, longest=80, typed=1_000),
            _("Materials or ingredients"),
            of_experience=_("What is included"),
            help_text=_("All of them, divided by commas."),
            terms=Term.Kind.MATERIAL,
            page=PageLine(_("Material"), of_experience=_("Included")),
            organizers=OrganizerLine(
                "Materials", of_experience="Included", is_missed=True, is_listed=False
            ),
            column=SpreadsheetColumn(
                "materials",
                example="cow leather; tyre rubber",
                guesses="materials|material|ingredients|matière|matières|matériaux|composition|"
                "ingrédients|materiais|ingredientes|malighafi|nyenzo|المواد|المكونات|材料|成分",
                elsewhere={"etsy": ("materials",)},
            ),
        ),
    ] = ()
    tags: Annotated[
        Sequence[str],
        ProductField(
            WordList(most=12, longest=40, typed=500),
            _("Search words"),
            help_text=_("Up to 12, divided by commas."),
            organizers=OrganizerLine("Tags", is_missed=True, is_listed=False),
            column=SpreadsheetColumn(
                "tags",
                guesses="tags|keywords|mots-clés|mots clés|etiquetas|palavras-chave|lebo|الوسوم|"
                "标签",
                elsewhere={"shopify": ("tags",), "woocommerce": ("tags",), "etsy": ("tags",)},
            ),
        ),
    ] = ()
    option_names: Annotated[
        Sequence[str],
        ProductField(
            WordList(most=3, longest=40, typed=130),
            _("What can be chosen"),
            help_text=_("Up to three, divided by commas, like: Size, Colour"),
            place=FormSection.ELSEWHERE,
            organizers=None,
        ),
    ] = ()
    origin: Annotated[
        str,
        ProductField(
            CountryType(),
            _("Made in"),
            place=FormSection.SENDING,
            page=PageLine(),
            organizers=OrganizerLine("Origin", is_missed=True),
            column=SpreadsheetColumn(
                "origin",
                example="SN",
                guesses="origin|made in|country of origin|country|origine|pays|pays d'origine|"
                "origem|país|asili|nchi|بلد المنشأ|المنشأ|产地|原产国",
                elsewhere={"shopify": ("coo",)},
            ),
            feeds={"meta": "origin_country", "lines": "made_in"},
        ),
    ] = ""
    hs_code: Annotated[
        str,
        ProductField(
            CustomsCode(),
            _("Customs code"),
            help_text=_("Six digits, like 6301.30"),
            place=FormSection.SENDING,
            is_moderated=False,
            organizers=OrganizerLine(is_missed=True),
            column=SpreadsheetColumn(
                "hs_code",
                example="6403.59",
                guesses="hs|hs code|customs code|tariff code|code sh|code douanier|code hs|"
                "código sh|código aduaneiro|ncm|msimbo wa forodha|الرمز الجمركي|海关编码",
                elsewhere={"shopify": ("hs code",)},
            ),
        ),
    ] = ""
    gender: Annotated[
        str,
        ProductField(
            ChoiceType(GENDERS, GENDER_WORDS),
            _("Gender"),
            place=FormSection.CLOTHES,
            page=PageLine(),
            column=SpreadsheetColumn(
                "gender",
                example="unisex",
                guesses="gender|sex|genre|sexe|gênero|género|jinsia|الجنس|性别|适用性别",
                shopify="Google Shopping / Gender",
            ),
            feeds={"google": "gender", "meta": "gender", "lines": "gender"},
        ),
    ] = ""
    age_group: Annotated[
        str,
        ProductField(
            ChoiceType(AGES, AGE_WORDS),
            _("Age group"),
            place=FormSection.CLOTHES,
            page=PageLine(),
            column=SpreadsheetColumn(
                "age_group",
                example="adult",
                guesses="age group|tranche d'âge|faixa etária|rika|الفئة العمرية|年龄段|适用年龄",
                shopify="Google Shopping / Age group",
            ),
            feeds={"google": "age_group", "meta": "age_group", "lines": "age_group"},
        ),
    ] = ""
    colour: Annotated[
        str,
        ProductField(
            Line(80),
            _("Colour"),
            help_text=_("Leave it empty where shoppers choose the colour."),
            place=FormSection.CLOTHES,
            terms=Term.Kind.VALUE,
            page=PageLine(),
            column=SpreadsheetColumn("colour", example="tan"),
        ),
    ] = ""
    duration_minutes: Annotated[
        int | None,
        ProductField(
            NumberType(1, 60 * 24 * 60),
            _("Duration, minutes"),
            place=FormSection.EXPERIENCE,
            is_moderated=False,
            organizers=None,
        ),
    ] = None
    meeting_point: Annotated[
        str,
        ProductField(
            Line(300),
            _("Meeting point"),
            help_text=_(
                "Whoever has booked is mailed when it changes, and may give the tickets back."
            ),
            place=FormSection.EXPERIENCE,
            is_translated=True,
            organizers=OrganizerLine(is_listed=False),
        ),
    ] = ""
    guided_in: Annotated[
        Sequence[str],
        ProductField(
            Tongues(),
            _("Guided in"),
            help_text=_("The languages in which you can lead guests."),
            place=FormSection.EXPERIENCE,
            organizers=OrganizerLine(is_missed=True, is_listed=False),
        ),
    ] = ()
    guests_from: Annotated[
        int,
        ProductField(
            NumberType(0, 99),
            _("Youngest guest, years"),
            help_text=_("Leave it empty where children of any age may come."),
            place=FormSection.EXPERIENCE,
            organizers=OrganizerLine("Youngest guest", is_missed=True, is_listed=False),
        ),
    ] = 0
    cancel_hours: Annotated[
        int,
        ProductField(
            HoursAhead(),
            _("Guests may cancel until"),
            help_text=_("Then all the money goes back. What was booked before keeps its own rule."),
            place=FormSection.EXPERIENCE,
            organizers=OrganizerLine(
                "Guests may cancel", text="until {} hours before", is_missed=True, is_listed=False
            ),
        ),
    ] = CANCEL_HOURS


def _declared() -> Iterator[tuple[str, ProductField]]:
    for name, hint in get_type_hints(TypedWords, include_extras=True).items():
        for row in getattr(hint, "__metadata__", ()):
            yield name, row


FIELDS: Mapping[str, ProductField] = MappingProxyType(dict(_declared()))
"""All fields that have a row, by name: all but the category, and titles in other languages."""
TRANSLATED = tuple(name for name, row in FIELDS.items() if row.is_translated)
"""What stores write in each language, beside the title."""
NAMED = {name: row.terms for name, row in FIELDS.items() if row.terms}
"""What organizers translate once for all products, with the kind of word."""


def feed_keys(channel: str) -> dict[str, str]:
    """Return what a channel calls the fields that it takes, by their names."""
    return {name: row.feeds[channel] for name, row in FIELDS.items() if channel in row.feeds}
