"""Whatever the table of product fields declares has a column, and fits what reads the table."""

from dataclasses import fields

import pytest

from shop.catalogue import translations
from shop.catalogue.fields.row import FormSection
from shop.catalogue.fields.table import FIELDS, TypedWords
from shop.catalogue.models import Product
from shop.catalogue.translations import digest
from shop.merchant.imports import values
from shop.storefront.feeds.demands import CHANNELS

WITHOUT_ROW = {"category_id", "titles"}

each_field = pytest.mark.parametrize("name", FIELDS)


def test_every_attribute_has_a_row():
    assert {one.name for one in fields(TypedWords)} == {*FIELDS, *WITHOUT_ROW}


@each_field
def test_a_field_has_a_column_that_holds_as_much_as_may_be_typed(name):
    column, kind = Product._meta.get_field(name), FIELDS[name].type

    inner = getattr(column, "base_field", column)
    assert getattr(inner, "max_length", None) in (None, getattr(kind, "longest", inner.max_length))
    if name != "title":
        empty = getattr(TypedWords(title="", category_id=0), name)
        assert column.get_default() in (empty, list(empty) if empty == () else empty)


@each_field
def test_a_field_is_typed_in_a_form_by_its_label(name):
    row = FIELDS[name]

    field = row.type.form_field(label=row.label, help_text=row.help_text, required=False)

    assert (field.label, field.help_text) == (row.label, row.help_text)
    assert field.clean("") in ("", [], None)


@pytest.mark.parametrize("name", [name for name, row in FIELDS.items() if row.column])
def test_a_cell_of_a_spreadsheet_is_read_as_it_was_written(name):
    row = FIELDS[name]
    text = row.column.example or "Two words"

    value = values.of_type(row.type, text)

    assert values.of_type(row.type, row.type.cell(value)) == value
    assert row.type.cell(value)


@each_field
def test_a_field_is_told_to_channels_that_exist_and_translated_where_it_is_read(name):
    row = FIELDS[name]

    assert set(row.feeds) <= set(CHANNELS)
    assert not (row.is_translated and row.terms)
    assert row.is_moderated or not (row.is_translated or row.terms)
    if row.place == FormSection.EXPERIENCE:
        assert row.column is None  # spreadsheets hold goods


def test_headings_of_spreadsheets_stand_for_one_field_each():
    columns = [row.column for row in FIELDS.values() if row.column]

    assert len({column.heading for column in columns}) == len(columns)
    guesses = [word for column in columns for word in column.guesses.split("|") if word]
    assert len(set(guesses)) == len(guesses)


def test_a_translated_field_that_comes_later_changes_no_digest_while_it_is_empty(monkeypatch):
    product = Product(summary="A kettle.", description="It whistles.", colour="")
    before = digest(product)
    monkeypatch.setattr(translations, "OF_PRODUCTS", (*translations.OF_PRODUCTS, "colour"))

    assert digest(product) == before
    product.colour = "Red"
    assert digest(product) != before
