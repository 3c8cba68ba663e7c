"""The list of a store's products: found by words and state, at the same cost for many."""

import pytest

from tests import make
from tests.budgets import statements

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("many", [1, 12])
def test_list_and_overview_cost_the_same_for_few_products_and_many(client, desk, many):
    for number in range(many):
        made = make.draft(desk.merchant, title=f"Kettle {number}")
        make.shown_picture(made)
        make.listed(make.variant(3_00, of=make.product(of=desk.merchant), on_hand=2).product)

    with statements(most=9):
        client.get(desk.address("{store}/products/"))
    with statements(most=21):  # with what is packed in each parcel, and new times to agree to
        client.get(desk.address("{store}/"))
    with statements(most=14):
        client.get(desk.address("{store}/products/{product}/"))


def test_products_are_found_by_name_sku_and_state(client, desk):
    address = desk.address("{store}/products/")

    def titles(**query):
        return [row.title for row in client.get(address, query).context["page"].rows]

    assert titles(q="kettle OF") == ["Kettle of Amani Kettles"]
    assert titles(q=desk.variant.sku) == ["Kettle of Amani Kettles"]
    assert titles(state="draft") == [desk.draft.title]
    assert titles(q="%") == titles(q="\x00%_") == []
    assert len(titles(state="nonsense", before="x", after="²")) == 2
