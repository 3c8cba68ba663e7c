"""Numbers of addresses and forms are read in one way, whoever typed them."""

import pytest

from shop.core.forms.numbers import ids_of, number_of


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("12", 12), ("٤٢", 42), ("9" * 18, 10**18 - 1), ("", None), ("-1", None),
     ("1.5", None), ("²", None), (" 3", None), ("9" * 19, None), ("9" * 5_000, None)],
)  # fmt: skip
def test_a_whole_number_that_a_column_holds_is_read_and_nothing_else(text, number):
    assert number_of(text) == number


def test_a_number_may_have_fewer_digits():
    assert (number_of("99999", digits=5), number_of("100000", digits=5)) == (99_999, None)


def test_ticked_rows_are_as_many_as_may_be_and_no_row_has_the_id_nought():
    assert ids_of(["3", "x", "0", "5", "7"], most=2) == [3, 5]
