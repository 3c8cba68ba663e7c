from datetime import date
from gettext import GNUTranslations

import polib
import pytest
from django.utils import dateformat, translation
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from tools.scripts import catalogues

ROWS = catalogues.read_sheet()


def test_the_committed_catalogues_are_what_the_sheet_makes_of_them():
    wanted = catalogues.files(ROWS)

    assert [str(path) for path, content in wanted.items() if path.read_bytes() != content] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_string_of_a_catalogue_is_fuzzy_or_left_out(language):
    po = polib.pofile(catalogues.LOCALE / language / "LC_MESSAGES" / "django.po")

    assert po.fuzzy_entries() == []
    assert len(po) >= len(ROWS)


def test_a_string_without_words_in_a_language_is_shown_in_english(tmp_path):
    row = dict.fromkeys(ROWS[0], "") | {"msgid": "A new field"}
    (tmp_path / "django.mo").write_bytes(catalogues.catalogue([*ROWS, row], "fr").to_binary())

    with (tmp_path / "django.mo").open("rb") as file:
        french = GNUTranslations(file)

    assert french.gettext("A new field") == "A new field"
    assert french.gettext("Add to cart") == "Ajouter au panier"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Add to cart"),
        ("fr", "Ajouter au panier"),
        ("zh-hans", "加入购物车"),
        ("ar", "إضافة إلى السلة"),
        ("sw", "Weka kwenye kikapu"),
        ("pt", "Adicionar ao carrinho"),
    ],
)
def test_every_language_has_its_own_words(language, words):
    with translation.override(language):
        assert gettext("Add to cart") == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "لا منتجات"),
        (1, "منتج واحد"),
        (2, "منتجان"),
        (3, "3 منتجات"),
        (11, "11 منتجًا"),
        (100, "100 منتج"),
    ],
)
def test_arabic_has_six_forms_of_a_plural(count, words):
    with translation.override("ar"):
        text = ngettext("%(count)d product", "%(count)d products", count)

    assert text % {"count": count} == words


@pytest.mark.parametrize(
    ("language", "none", "one", "many"),
    [
        ("en", "0 products", "1 product", "5 products"),
        ("fr", "0 produit", "1 produit", "5 produits"),
        ("zh-hans", "0 款商品", "1 款商品", "5 款商品"),
        ("sw", "Bidhaa 0", "Bidhaa 1", "Bidhaa 5"),
        ("pt", "0 produtos", "1 produto", "5 produtos"),
    ],
)
def test_a_plural_follows_the_rule_of_its_language(language, none, one, many):
    with translation.override(language):
        texts = [ngettext("%(count)d product", "%(count)d products", n) for n in (0, 1, 5)]

    assert [text % {"count": n} for text, n in zip(texts, (0, 1, 5), strict=True)] == [
        none,
        one,
        many,
    ]


def test_templates_find_the_strings_that_python_spells_with_d():
    with translation.override("fr"):
        assert ngettext("%(count)s product", "%(count)s products", 2) == "%(count)s produits"


def test_a_context_tells_two_meanings_of_a_word_apart():
    with translation.override("fr"):
        assert pgettext("order state", "Paid") == "Payée"
        assert pgettext("total", "Paid") == "Payé"
        assert npgettext("duration", "%(count)d day", "%(count)d days", 2) == "%(count)d jours"


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "12 mai 2027"), ("zh-hans", "12 五月 2027"), ("ar", "12 مايو 2027"),
     ("sw", "12 Mei 2027"), ("pt", "12 Maio 2027")],
)  # fmt: skip
def test_no_word_of_ours_takes_the_place_of_a_month(language, written):
    with translation.override(language):
        assert dateformat.format(date(2027, 5, 12), "j F Y") == written
