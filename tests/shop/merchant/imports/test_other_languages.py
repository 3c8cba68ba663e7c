"""Exports of shops that speak other languages, written with the headings that they publish.

Etsy and WooCommerce name the columns in the language of the shop, Shopify in English always. The
products are ours; every row is asserted.
"""

import pytest

from shop.catalogue.models import Product
from shop.festivals.models import RegularPrice
from shop.merchant.imports import prices
from shop.merchant.imports.headings.formats import recognize
from shop.merchant.imports.models import SpreadsheetPicture
from tests import make
from tests.make import NOON
from tests.shop.merchant.imports.bringing import (
    all_in,
    brought,
    checked,
    csv_of,
    problems,
    sent,
    store,
    told,
)
from tests.shop.merchant.imports.test_formats import SHOPIFY_NEW, columns, lines

pytestmark = pytest.mark.django_db

ETSY_IT = columns("""
TITOLO,DESCRIZIONE,PREZZO,CODICE_VALUTA,QUANTITÀ,TAG,MATERIALI,IMMAGINE1,IMMAGINE2,IMMAGINE3,
IMMAGINE4,IMMAGINE5,IMMAGINE6,IMMAGINE7,IMMAGINE8,IMMAGINE9,IMMAGINE10,TIPO VARIAZIONE 1,
NOME VARIAZIONE 1,VALORI VARIAZIONE 1,TIPO VARIAZIONE 2,NOME VARIAZIONE 2,VALORI VARIAZIONE 2,SKU
""")
ETSY_FR = columns("""
TITRE,DESCRIPTION,PRIX,CODE_DEVISE,QUANTITÉ,TAGS,MATÉRIAUX,IMAGE 1,IMAGE 2,IMAGE 3,IMAGE 4,IMAGE 5,
IMAGE 6,IMAGE 7,IMAGE 8,IMAGE 9,IMAGE 10,TYPE VARIATION 1,NOM VARIATION 1,VALEURS VARIATION 1,
TYPE VARIATION 2,NOM VARIATION 2,VALEURS VARIATION 2,TYPE VARIATION 3,NOM VARIATION 3,
VALEURS VARIATION 3,RÉFÉRENCE
""")
ETSY_DE = columns("""
TITEL,BESCHREIBUNG,PREIS,WÄHRUNGSCODE,STÜCKZAHL,TAGS,MATERIALIEN,BILD1,BILD2,BILD3,BILD4,BILD5,
BILD6,BILD7,BILD8,BILD9,BILD10,VARIATIONSTYP 1,VARIATIONSNAME 1,VARIATIONSWERT 1,VARIATIONSTYP 2,
VARIATIONSNAME 2,VARIATIONSWERT 2,BESTANDSEINHEIT
""")
WOO_RU = columns("""
ID,Тип,Артикул,Имя,Опубликован,рекомендуемый?,Видимость в каталоге,Краткое описание,Описание,
Дата начала действия продажной цены,Дата окончания действия продажной цены,Статус налога,
Налоговый класс,В наличии?,Запасы,Величина малых запасов,Возможен ли предзаказ?,
Продано индивидуально?,Вес (kg),Длина (cm),Ширина (cm),Высота (cm),Разрешить отзывы от клиентов?,
Примечание к покупке,Цена распродажи,Базовая цена,Категории,Метки,Класс доставки,Изображения,
Лимит загрузок,Число дней до просроченной загрузки,Родительский,Сгруппированные товары,Апсейл,
Кросселы,Внешний URL,Текст кнопки,Позиция,Имя атрибута 1,Значение(-я) аттрибута(-ов) 1,
Видимость атрибута 1,Глобальный атрибут 1
""")
WOO_IT = columns("""
ID,Tipo,COD,Nome,Pubblicato,In primo piano?,Visibilità nel catalogo,Breve descrizione,Descrizione,
In stock?,Magazzino,Peso (kg),Prezzo in offerta,Prezzo di listino,Categorie,Etichette,Immagine,
Genitore,Attributo 1 nome,Attributo 1 valuta(e)
""")
WOO_ES = columns("""
ID,Tipo,SKU,Nombre,Publicado,¿Está destacado?,Visibilidad en el catálogo,Descripción corta,
Descripción,¿Existencias?,Inventario,Peso (kg),Precio rebajado,Precio normal,Categorías,Etiquetas,
Imágenes,Superior,Nombre del atributo 1,Valor(es) del atributo 1
""")
WOO_FR = columns("""
ID,Type,UGS,Nom,Publié,Mis en avant ?,Visibilité dans le catalogue,Description courte,Description,
En stock ?,Stock,Poids (kg),Tarif promo,Tarif régulier,Catégories,Étiquettes,Images,Parent,
Nom de l’attribut 1,Valeur(s) de l’attribut 1
""")
WOO_DE = columns("""
ID,Typ,Artikelnummer,Name,Veröffentlicht,Ist hervorgehoben?,Sichtbarkeit im Katalog,
Kurzbeschreibung,Beschreibung,Vorrätig?,Bestand,Gewicht (kg),Angebotspreis,Regulärer Preis,
Kategorien,Schlagwörter,Bilder,Übergeordnetes Produkt,Attribut 1 Name,Attribut 1 Wert(e)
""")
WOO_PT = columns("""
ID,Tipo,REF,Nome,Publicado,Em destaque?,Visibilidade no catálogo,Descrição breve,Descrição,
Em stock?,Stock,Peso (kg),Preço promocional,Preço normal,Categorias,Etiquetas,Imagens,Pai,
Atributo 1 nome,Atributo 1 valor(es)
""")
WOO_FIELDS = {"id", "type", "sku", "title", "published", "visibility", "summary", "description",
              "in_stock", "stock", "weight_kg", "price", "category", "tags", "image", "parent",
              "option1_name", "option1"}  # fmt: skip
ETSY_FIELDS = {"title", "description", "price", "currency", "stock", "tags", "materials", "image",
               "values1_name", "values1", "values2_name", "values2", "sku"}  # fmt: skip


@pytest.fixture
def own():
    return store()


@pytest.mark.parametrize("head", [WOO_RU, WOO_IT, WOO_ES, WOO_FR, WOO_DE, WOO_PT],
                         ids=["ru", "it", "es", "fr", "de", "pt"])  # fmt: skip
def test_woocommerces_headings_are_known_in_the_languages_it_exports_in(head):
    found = recognize(head)

    assert found.format == "woocommerce"
    assert {field for field in found.fields if field} == WOO_FIELDS
    assert not any(found.is_guess)


@pytest.mark.parametrize(("head", "is_guess"),
                         [(ETSY_IT, True), (ETSY_FR, False), (ETSY_DE, False)],
                         ids=["it", "fr", "de"])  # fmt: skip
def test_etsys_headings_are_known_in_other_languages_and_marked_where_none_was_seen(head, is_guess):
    found = recognize(head)

    assert found.format == "etsy"
    assert {field for field in found.fields if field} >= ETSY_FIELDS
    assert found.fields.count("image") == 10
    assert any(found.is_guess) is is_guess


def test_a_part_of_an_export_is_known_by_its_headings():
    head = ["Тип", "Артикул", "Имя", "Опубликован", "Базовая цена"]

    assert recognize(head).fields == ["type", "sku", "title", "published", "price"]
    assert recognize(["Имя", "Базовая цена", "Изображения"]).fields == ["title", "price", "image"]


@pytest.mark.parametrize("head", [["Tipo", "SKU", "Nome", "Preço"], ["Nom", "Prix", "Stock"]])
def test_a_sheet_of_a_stores_own_stays_its_own(head):
    assert recognize(head).format == "other"


def test_an_etsy_export_in_italian_is_read_row_by_row(own):
    rows = lines(
        ETSY_IT,
        {"TITOLO": "Cestino in rafia", "DESCRIZIONE": "Intrecciato a mano.\n\nLavare a 30°.",
         "PREZZO": "24.50", "CODICE_VALUTA": "EUR", "QUANTITÀ": "4", "TAG": "cesto_rafia,casa",
         "MATERIALI": "Rafia,Cotone", "IMMAGINE1": "https://pictures.example/a.jpg",
         "IMMAGINE2": "https://pictures.example/b.jpg", "SKU": "CESTO-1"},
        {"TITOLO": "Sandali", "DESCRIZIONE": "Pelle conciata.", "PREZZO": "60.00",
         "CODICE_VALUTA": "EUR", "QUANTITÀ": "6", "TAG": "", "MATERIALI": "Pelle",
         "TIPO VARIAZIONE 1": "Taglia", "NOME VARIAZIONE 1": "Taglia",
         "VALORI VARIAZIONE 1": "38,39", "SKU": "SAN-38,SAN-39"},
    )  # fmt: skip
    sheet = checked(sent(own, csv_of(rows)), otherwise="home/decor")
    assert (sheet.format, sheet.asked["currencies"]) == ("etsy", {"EUR": 2})

    sheet = brought(checked(sheet, converts=True))

    assert problems(sheet) == {}
    basket, sandals = Product.objects.order_by("pk")
    assert told(basket) == {
        "title": "Cestino in rafia", "summary": "", "state": "draft", "options": [],
        "description": "Intrecciato a mano.\n\nLavare a 30°.", "category": "home/decor",
        "materials": ["Rafia", "Cotone"], "tags": ["cesto rafia", "casa"], "origin": "",
        "hs_code": "", "sizes": [("CESTO-1", (), 27_83, 4, 0)],
    }  # fmt: skip
    assert told(sandals)["options"] == ["Taglia"]
    assert told(sandals)["sizes"] == [("SAN-38", ("38",), 68_16, 0, 0),
                                      ("SAN-39", ("39",), 68_16, 0, 0)]  # fmt: skip
    assert list(
        SpreadsheetPicture.objects.order_by("position").values_list("source", flat=True)
    ) == [
        "https://pictures.example/a.jpg",
        "https://pictures.example/b.jpg",
    ]


def test_a_woocommerce_export_in_russian_is_read_row_by_row(own):
    kinds = {"Имя атрибута 1": "Размер"}
    rows = lines(
        WOO_RU,
        {"ID": "7", "Тип": "variable", "Артикул": "kaftan", "Имя": "Кафтан", "Опубликован": "1",
         "Видимость в каталоге": "visible", "Краткое описание": "<p>Лёгкий хлопок.</p>",
         "Описание": r"<p>Ручная работа.</p>\n<p>Два кармана.</p>", "В наличии?": "1",
         "Категории": "Одежда > Кафтаны", "Метки": "хлопок, лето", "Вес (kg)": "0.4",
         "Изображения": "https://pictures.example/k1.jpg, https://pictures.example/k2.jpg",
         **kinds, "Значение(-я) аттрибута(-ов) 1": "S, M"},
        {"ID": "8", "Тип": "variation", "Артикул": "kaftan-s", "Имя": "Кафтан - S",
         "Опубликован": "1", "Запасы": "3", "Вес (kg)": "0.4", "Базовая цена": "4500 ₽",
         "Родительский": "kaftan", **kinds, "Значение(-я) аттрибута(-ов) 1": "S"},
        {"ID": "9", "Тип": "variation", "Артикул": "kaftan-m", "Имя": "Кафтан - M",
         "Опубликован": "1", "В наличии?": "1", "Вес (kg)": "0.5", "Базовая цена": "4700 ₽",
         "Родительский": "id:7", **kinds, "Значение(-я) аттрибута(-ов) 1": "M"},
        {"ID": "10", "Тип": "simple", "Артикул": "chashka", "Имя": "Чашка", "Опубликован": "-1",
         "Видимость в каталоге": "hidden", "Запасы": "12", "Базовая цена": "900 ₽",
         "Категории": "Одежда > Кафтаны", "Вес (kg)": "0.3"},
    )  # fmt: skip
    names = {"одежда > кафтаны": "fashion"}
    sheet = checked(sent(own, csv_of(rows, divider=";")), categories=names)
    assert (sheet.format, sheet.asked["currencies"]) == ("woocommerce", {"RUB": 3})

    sheet = checked(sheet, converts=True)
    assert sheet.asked["in_stock"] == 1  # of kaftan-m
    sheet = brought(checked(sheet, in_stock=2))

    assert problems(sheet) == {}
    kaftan, cup = Product.objects.order_by("pk")
    assert told(kaftan) == {
        "title": "Кафтан", "summary": "Лёгкий хлопок.", "state": "draft",
        "description": "Ручная работа.\n\nДва кармана.", "category": "fashion", "materials": [],
        "tags": ["хлопок", "лето"], "origin": "", "hs_code": "", "options": ["Размер"],
        # 84.5085 roubles are a dollar in the table of 29 September 2026.
        "sizes": [("kaftan-s", ("S",), 53_25, 3, 400), ("kaftan-m", ("M",), 55_62, 2, 500)],
    }  # fmt: skip
    assert told(cup)["sizes"] == [("chashka", (), 10_65, 12, 300)]
    hidden = dict(sheet.brought.values_list("product__title", "after__hidden"))
    assert hidden == {"Кафтан": False, "Чашка": True}
    assert SpreadsheetPicture.objects.count() == 2


def test_a_shopify_export_in_spanish_with_pesos_is_asked_about_and_read_row_by_row(own, clock_at):
    clock_at(NOON)
    for price in (18_00, 19_00, 20_00, 21_00, 22_00):
        make.variant(price)
    rows = lines(
        SHOPIFY_NEW,
        {"Title": "Taza de barro", "URL handle": "taza-de-barro", "Type": "Tazas",
         "Description": "<p>Hecha a mano.</p>", "Tags": "cocina, café", "Status": "Active",
         "Published on online store": "TRUE", "SKU": "TAZA-CH", "Option1 name": "Tamaño",
         "Option1 value": "Chica", "Price": "320.00", "Inventory quantity": "5",
         "Weight value (grams)": "300", "Product image URL": "https://pictures.example/t.jpg",
         "Image alt text": "Taza café"},
        {"URL handle": "taza-de-barro", "SKU": "TAZA-GR", "Option1 value": "Grande",
         "Price": "450.00", "Inventory quantity": "2", "Weight value (grams)": "450"},
        {"Title": "Olla", "URL handle": "olla", "Type": "Tazas", "Option1 name": "Title",
         "Option1 value": "Default Title", "SKU": "OLLA", "Price": "1250.00", "Status": "Draft",
         "Inventory quantity": "1", "Weight value (grams)": "2100"},
    )  # fmt: skip
    sheet = checked(sent(own, csv_of(rows)), categories={"tazas": "home/kitchen"})
    assert (sheet.format, problems(sheet)) == ("shopify", {})
    asked = prices.unanswered(sheet).order_by("number")
    assert [(row.number, row.cells["odd"][0][:2]) for row in asked] == [
        (2, [320_00, 20_00]), (3, [450_00, 20_00]), (4, [1250_00, 20_00]),
    ]  # fmt: skip

    sheet = checked(sheet, currency="MXN")
    assert not prices.unanswered(sheet).exists()
    sheet = brought(sheet)

    assert problems(sheet) == {}
    cup, pot = Product.objects.filter(merchant=own).order_by("pk")
    assert told(cup) == {
        "title": "Taza de barro", "summary": "", "description": "Hecha a mano.", "state": "draft",
        "category": "home/kitchen", "materials": [], "tags": ["cocina", "café"], "origin": "",
        "hs_code": "", "options": ["Tamaño"],
        "sizes": [("TAZA-CH", ("Chica",), 17_77, 5, 300), ("TAZA-GR", ("Grande",), 24_99, 2, 450)],
    }  # fmt: skip
    assert told(pot)["sizes"] == [("OLLA", (), 69_42, 1, 2100)]
    assert SpreadsheetPicture.objects.get().alt == "Taza café"
    again = all_in(own, csv_of(rows), currency="MXN", categories={"tazas": "home/kitchen"})
    assert set(again.rows.values_list("outcome", flat=True)) == {"same"}
    assert RegularPrice.objects.filter(variant__product__merchant=own).count() == 3
