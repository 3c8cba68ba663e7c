from io import BytesIO

import pytest
from django_tasks_db.models import DBTaskResult
from openpyxl import load_workbook

from shop.catalogue.models import Product, Variant
from shop.festivals.enrolment import enrol
from shop.festivals.mail import send_decision, tell_decided
from shop.festivals.models import Deal, Enrolment, Nomination, Participation
from shop.storefront.listings.models import Listing
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE, approve_many
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db


def queued() -> list[str]:
    paths = DBTaskResult.objects.values_list("task_path", flat=True)
    return sorted(path.rpartition(".")[2] for path in paths)


def test_stores_are_found_and_invited_and_their_members_told(desk):
    festival = make.festival()
    kenyan, other = make.merchant(name="Kettles"), make.merchant(name="Cups", country="GH")
    make.member(kenyan)
    where = f"/organize/festivals/{festival.pk}/stores/invite/"

    page = desk.get(where, {"country": "KE"}).text
    answer = desk.post(where, {"store": [kenyan.pk, other.pk, "x", "999999"]}, follow=True)

    assert "Kettles" in page
    assert "Cups" not in page
    assert "2 stores are invited" in answer.text
    assert Enrolment.objects.filter(state="invited").count() == 2
    assert queued() == ["send_invitation"]


def test_a_store_that_applied_is_accepted_once(desk):
    festival = make.festival()
    merchant = make.merchant()
    row = enrol.join(
        festival,
        merchant,
        terms_version="1",
        commission_bp=festival.commission_bp,
        at=BEFORE,
        by=make.member(merchant),
    )
    where = f"/organize/festivals/{festival.pk}/stores/{row.pk}/"

    desk.post(where, {"accept": ""})
    again = desk.post(where, {"decline": ""}, follow=True)

    row.refresh_from_db()
    assert row.state == "accepted"
    assert "decided already" in again.text


def test_clean_rows_are_approved_together_and_the_others_by_hand(desk, mailoutbox):
    festival = make.festival(must_beat_prior_price=False)
    clean, also = make.variant(), make.variant()
    dearer = make.variant()
    make.reprice(dearer, 26_00, at=BEFORE)
    rows = [make.nomination(of=seat, during=festival, price=15_00) for seat in (clean, also)]
    odd = make.nomination(of=dearer, during=festival, price=21_00)
    make.member(clean.product.merchant)
    where = f"/organize/festivals/{festival.pk}/nominations/"

    page = desk.get(where).text
    ids = [row.pk for row in (*rows, odd)]
    done = approve_many(desk, where, {"nomination": ids})

    assert "cannot be called a reduction" in page
    assert page.count('name="nomination"') == 2
    assert "2 approved, 0 not approved." in done
    assert "1 row has a warning" in done
    assert Deal.objects.count() == 2
    odd.refresh_from_db()
    assert odd.state == "submitted"
    assert len(mailoutbox) == 1


def test_an_approved_product_is_listed_in_the_festival(desk):
    festival = make.festival()
    kettle = make.variant()
    make.listed(kettle.product)
    nomination = make.nomination(of=kettle, during=festival, price=15_00)
    Participation.objects.all().delete()

    desk.post(f"/organize/festivals/{festival.pk}/nominations/{nomination.pk}/", {"approve": ""})

    assert Participation.objects.get().product == kettle.product
    assert Listing.objects.get().festivals == [festival.pk]


def test_one_nomination_is_sent_back_with_a_reason(desk):
    festival = make.festival()
    nomination = make.nomination(of=make.variant(), during=festival, price=15_00)
    where = f"/organize/festivals/{festival.pk}/nominations/{nomination.pk}/"

    without = desk.post(where, {"changes": "", "note": " "}, follow=True)
    nomination.refresh_from_db()
    assert (nomination.state, "Say why" in without.text) == ("submitted", True)

    desk.post(where, {"changes": "", "note": "A little lower?"})
    nomination.refresh_from_db()
    assert (nomination.state, nomination.note) == ("changes_requested", "A little lower?")
    assert not Deal.objects.exists()


def test_what_cannot_be_approved_says_why_and_stays(desk):
    festival = make.festival()
    kettle = make.variant(on_hand=5)
    nomination = make.nomination(of=kettle, during=festival, price=15_00, allotment=6)

    answer = desk.post(
        f"/organize/festivals/{festival.pk}/nominations/{nomination.pk}/",
        {"approve": ""},
        follow=True,
    )

    nomination.refresh_from_db()
    assert nomination.state == "submitted"
    assert "6" in answer.text
    assert not Deal.objects.exists()


def test_a_nomination_of_another_festival_is_not_found_here(desk):
    nomination = make.nomination(of=make.variant(), during=make.festival(), price=15_00)
    other = make.festival()

    answer = desk.post(
        f"/organize/festivals/{other.pk}/nominations/{nomination.pk}/", {"approve": ""}
    )

    assert answer.status_code == 404
    assert not Deal.objects.exists()


def test_the_queue_costs_the_same_for_two_rows_and_for_twenty(desk):
    festival = make.festival()
    where = f"/organize/festivals/{festival.pk}/nominations/"
    for _ in range(2):
        make.nomination(of=make.variant(), during=festival, price=15_00)
    with statements(most=40) as few:
        desk.get(where)
    for _ in range(18):
        make.nomination(of=make.variant(), during=festival, price=15_00)

    with statements(most=40) as many:
        desk.get(where)
    assert len(many) == len(few)


def test_a_new_product_is_looked_at_and_published(desk):
    product = make.product(state="submitted", submitted_at=BEFORE, published_at=None)
    make.variant(of=product)
    make.member(product.merchant)

    queue = desk.get("/organize/new-products/").text
    page = desk.get(f"/organize/new-products/{product.pk}/").text
    body = {"approve": "", "seen": BEFORE.isoformat()}
    answer = desk.post(f"/organize/new-products/{product.pk}/", body, follow=True)

    assert product.title in queue
    assert "$20.00" in page
    assert "is published" in answer.text
    assert Product.objects.get().state == "published"
    assert Listing.objects.get().product == product
    assert queued() == ["send_decision"]


def test_a_new_product_is_sent_back_with_a_reason(desk):
    product = make.product(state="submitted", submitted_at=BEFORE, published_at=None)

    body = {"changes": "", "note": "Brighter, please", "seen": BEFORE.isoformat()}
    desk.post(f"/organize/new-products/{product.pk}/", body)

    product.refresh_from_db()
    assert (product.state, product.review_note) == ("draft", "Brighter, please")


def test_each_decision_on_a_product_is_told_though_another_followed_before_the_mail(
    desk, mailoutbox
):
    product = make.product(title="Kettle", state="submitted", submitted_at=BEFORE)
    make.member(product.merchant)
    where = f"/organize/new-products/{product.pk}/"

    desk.post(where, {"changes": "", "note": "Brighter, please", "seen": BEFORE.isoformat()})
    Product.objects.update(state="submitted", submitted_at=BEFORE)
    desk.post(where, {"approve": "", "seen": BEFORE.isoformat()})
    run_queued_work()

    told = [message.subject for message in mailoutbox]
    assert told == ["Please change something: Kettle", "Published: Kettle"]
    assert "Brighter, please" in mailoutbox[0].body


def test_each_decision_on_a_nomination_is_told_though_another_followed_before_the_mail(
    desk, mailoutbox
):
    nomination = make.nomination(of=make.variant(), during=make.festival(), price=15_00)
    make.member(nomination.product.merchant)
    for state, note in (("changes_requested", "A little lower?"), ("approved", "")):
        Nomination.objects.update(state=state, note=note)
        tell_decided([nomination.pk])

    run_queued_work()

    asked, approved = mailoutbox
    assert "A little lower?" in asked.body
    assert asked.subject != approved.subject


@pytest.mark.parametrize("name", ["desk_products", "desk_stores", "desk_orders", "desk_categories"])
def test_lists_are_searched_filtered_and_exported(desk, name):
    kettle = make.variant()
    make.listed(kettle.product)
    make.order({kettle: 1}, at=BEFORE)

    for query in ("", "?q=%25'%00", "?q=store", "?state=published", "?export=csv", "?export=xlsx"):
        assert desk.get(f"/organize/{name}/{query}").status_code == 200, query


def test_sheets_have_sums_in_whole_units_and_no_formulas(desk):
    store = make.merchant(name="=HYPERLINK(1)")
    make.order({make.variant(19_50, of=make.product(of=store)): 2}, at=BEFORE)

    orders = desk.get("/organize/desk_orders/?export=csv").getvalue().decode()
    stores = desk.get("/organize/desk_stores/?export=csv").getvalue().decode()
    sheet = load_workbook(BytesIO(desk.get("/organize/desk_orders/?export=xlsx").getvalue()))

    assert ",39.00,0.00,0.00,39.00,USD" in orders
    assert "'=HYPERLINK(1)" in stores
    assert [cell.value for cell in sheet.active[2]][4:8] == [39, 0, 0, 39]


def test_a_product_is_found_once_by_its_title_its_store_or_any_sku(desk):
    product = make.product(title="Kettle", of=make.merchant(name="Singing Copper"))
    for size in ("S", "M", "L"):
        Variant.objects.filter(pk=make.variant(of=product).pk).update(sku=f"KTL-{size}")
    make.variant(of=make.product(title="Cup"))

    for words in ("kettle", "singing", "ktl-", "KTL-M"):
        found = desk.get("/organize/desk_products/", {"q": words}).context["object_list"]
        assert [row.pk for row in found] == [product.pk], words
    assert not desk.get("/organize/desk_products/", {"q": "KTL-X"}).context["object_list"]


def test_the_mail_says_what_was_decided(desk, mailoutbox):
    nomination = make.nomination(of=make.variant(), during=make.festival(), price=15_00)
    Nomination.objects.update(state="changes_requested", note="A little lower?")
    user = make.member(nomination.product.merchant)

    send_decision.call(nomination.pk, user.pk)

    (message,) = mailoutbox
    assert "A little lower?" in message.body
    assert f"/merchant/{nomination.product.merchant.slug}/festivals/" in message.body


def test_lists_say_sums_and_countries_as_people_write_them(desk):
    kettle = make.variant(195_40, of=make.product(of=make.merchant(country="KE")))
    order = make.order({kettle: 1}, at=BEFORE)

    orders, stores = (desk.get(f"/organize/desk_{name}/").text for name in ("orders", "stores"))
    one = desk.get(f"/organize/desk_orders/inspect/{order.pk}/").text

    assert "$195.40" in orders
    assert "19540" not in orders
    assert "$195.40" in one
    assert "Kenya" in stores
