"""Who sells a store's goods by law, as the store says it, and papers do from then on."""

import pytest
from django.conf import settings

from shop.festivals.changelog import version_of
from shop.festivals.models import ChangeLog
from shop.orders.documents.issue import issue_papers
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON
from tests.shop.orders.documents.sold import paid

pytestmark = pytest.mark.django_db
TYPED = {
    "legal_name": "Kazuri Ceramics Ltd", "tax_number": "P051", "invoice_prefix": "KAZ",
    "legal_address": "Plot 12\r\nKaren\r\n",
}  # fmt: skip


def save(client, desk, **changes):
    where = f"/merchant/{desk.merchant.slug}/profile/seller/"
    return client.post(where, TYPED | {"version": version_of(desk.merchant)} | changes)


def test_new_papers_name_the_seller_that_was_typed(client, desk):
    answer = save(client, desk)

    assert answer.status_code == 302
    order = paid({desk.variant: 1})
    issue_papers(order.pk, at=NOON)
    facts = order.suborders.get().papers.get().facts
    assert facts["seller"]["name"] == "Kazuri Ceramics Ltd"
    assert facts["seller"]["lines"] == ["Plot 12", "Karen"]
    assert facts["page"]["parties"][0][1][-1] == "VAT number: P051"
    change = ChangeLog.objects.get(action="legal")
    assert (change.by, change.after["invoice_prefix"]) == (desk.member, "KAZ")
    page = client.get(f"/merchant/{desk.merchant.slug}/profile/")
    assert "/profile/seller/" in page.text


def test_saving_the_same_again_is_no_change(client, desk):
    save(client, desk)
    save(client, desk)

    assert ChangeLog.objects.filter(action="legal").count() == 1


@pytest.mark.parametrize("letters", ["kaz", "K", "1KAZ", "KAZ-1", "S12", "KAZURIWORKS"])
def test_letters_that_are_none_are_refused(client, desk, letters):
    answer = save(client, desk, invoice_prefix=letters)

    assert answer.status_code == 422
    assert Merchant.objects.get(pk=desk.merchant.pk).invoice_prefix == ""


def test_letters_of_another_seller_are_refused(client, desk):
    make.merchant(invoice_prefix="KAZ")

    answers = [save(client, desk), save(client, desk, invoice_prefix=settings.OPERATOR_PREFIX)]

    for answer in answers:
        assert answer.status_code == 422
        assert "Another seller has these letters." in answer.text
    assert Merchant.objects.get(pk=desk.merchant.pk).legal_name == ""


def test_an_address_has_six_lines_at_most(client, desk):
    answer = save(client, desk, legal_address="\n".join("1234567"))

    assert answer.status_code == 422
    assert "six lines at most" in answer.text


def test_who_overtakes_somebody_is_told(client, desk):
    save(client, desk)

    answer = save(client, desk, version="0", legal_name="Other")

    assert answer.status_code == 422
    assert "meanwhile" in answer.text
    assert Merchant.objects.get(pk=desk.merchant.pk).legal_name == "Kazuri Ceramics Ltd"
