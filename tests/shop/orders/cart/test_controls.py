"""Controls that are written without templates are Django's own, letter for letter."""

import pytest
from django import forms

from shop.orders.cart.controls import PlainEmail, PlainInput, PlainSelect

HOSTILE = "\"><script>alert(1)</script>'&"


def drawn(widget, value, **attrs):
    lines = widget.render("field", value, attrs).splitlines()
    return "".join(line.strip() for line in lines)


@pytest.mark.parametrize("value", [None, "", "Lin Yue", HOSTILE, 7])
@pytest.mark.parametrize(
    ("plain", "djangos", "own"),
    [
        (PlainInput, forms.TextInput, {}),
        (PlainInput, forms.TextInput, {"autocomplete": "name"}),
        (PlainEmail, forms.EmailInput, {}),
    ],
)
def test_a_field_of_one_line(plain, djangos, own, value):
    attrs = {"id": "id_field", "required": True, "aria-invalid": None, "disabled": False}
    assert drawn(plain(dict(own)), value, **attrs) == drawn(djangos(dict(own)), value, **attrs)


@pytest.mark.parametrize("value", [None, "", "b", HOSTILE])
def test_a_list_of_texts(value):
    choices = [("", "–"), ("a", "Älpha & co"), ("b", "<b>"), (HOSTILE, HOSTILE)]
    plain, djangos = (kind({"class": "wide"}, choices) for kind in (PlainSelect, forms.Select))
    assert drawn(plain, value, id="x") == drawn(djangos, value, id="x")
