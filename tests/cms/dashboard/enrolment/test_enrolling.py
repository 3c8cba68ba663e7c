"""Stores of a festival at the organizers' desk: inviting, terms, places."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from shop.catalogue.models import Category
from shop.festivals.enrolment import enrol
from shop.festivals.enrolment.terms import publish_terms
from shop.festivals.models import Enrolment, Festival, ProductRequest, Terms
from tests import make
from tests.budgets import statements
from tests.buying import pay
from tests.cms.dashboard.people import BEFORE, typed

pytestmark = pytest.mark.django_db
DAYS = {"zone_name": "UTC", "starts": "2027-05-10T00:00", "ends": "2027-05-20T00:00"}


@pytest.fixture
def festival():
    return make.festival()


def at(festival, part: str) -> str:
    return f"/organize/festivals/{festival.pk}/{part}"


def joined(festival, count: int, **facts) -> list[Enrolment]:
    festival.refresh_from_db()
    found = []
    for _ in range(count):
        store = make.merchant(**facts)
        member = make.member(store)
        version = festival.terms_version
        found.append(
            enrol.join(
                festival,
                store,
                terms_version=version,
                commission_bp=festival.commission_bp,
                at=BEFORE,
                by=member,
            )
        )
    return found


def sold(store, amount: int, *, on=BEFORE - timedelta(days=30)) -> None:
    long_ago = on - timedelta(days=30)
    kettle = make.variant(amount, of=make.product(of=store, listed_at=long_ago), listed_at=long_ago)
    pay(make.order({kettle: 1}, at=on), at=on)


def test_stores_are_chosen_by_what_they_sold_before_and_invited_all_at_once(desk, festival):
    best, some, none = (make.merchant(name=name) for name in ("Bestwood", "Fairwood", "Neverwood"))
    for store in (best, some, none):
        make.member(store)
    sold(best, 1_500_00)
    sold(some, 10_00)
    sold(none, 900_00, on=BEFORE - timedelta(days=366))
    where = at(festival, "stores/invite/")

    every = desk.get(where).text
    assert "3 stores would be invited." in every
    assert every.index("Bestwood") < every.index("Fairwood") < every.index("Neverwood")
    assert "$1,500.00" in every
    few = desk.get(where, {"sold": "1"}).text
    assert "2 stores would be invited." in few
    assert "Neverwood" not in few
    assert f'href="{where}all/?sold=1">Invite all 2 of this filter</a>' in few
    told = desk.get(f"{where}all/?sold=1").text
    assert f"2 stores of 1 country are invited to {festival.title}: Bestwood, Fairwood." in told
    assert not festival.enrolments.exists()
    answer = desk.post(f"{where}all/?sold=1", {"count": "2"}, follow=True)

    assert "2 stores are invited and told by mail." in answer.text
    assert set(festival.enrolments.values_list("merchant", flat=True)) == {best.pk, some.pk}
    assert DBTaskResult.objects.filter(task_path__endswith="send_invitation").count() == 2
    assert "1 store would be invited." in desk.get(where).text
    assert desk.post(where, {"store": [best.pk]}, follow=True).status_code == 200
    assert DBTaskResult.objects.filter(task_path__endswith="send_invitation").count() == 2


def test_more_stores_than_the_organizer_saw_are_not_invited(desk, festival):
    make.merchant()
    where = at(festival, "stores/invite/")
    make.merchant()

    answer = desk.post(f"{where}all/", {"count": "1"}, follow=True)

    assert "By now this filter finds 2 stores." in answer.text
    assert not Enrolment.objects.exists()


def test_stores_are_chosen_by_category_and_earlier_festivals(desk, festival):
    cook = make.merchant(name="Kettles and more")
    make.product(of=cook)
    make.merchant(name="Nothing yet")
    earlier = make.festival(
        starts_at=BEFORE - timedelta(days=60), ends_at=BEFORE - timedelta(days=50)
    )
    past = BEFORE - timedelta(days=55)
    kettle = make.variant(20_00, of=make.product(of=cook))
    make.deal(kettle, during=earlier, price=15_00)
    pay(make.order({kettle: 1}, at=past), at=past)
    Category.objects.create(path="home", name="Home")
    where = at(festival, "stores/invite/")

    for query in ({"category": "home"}, {"category": "home/kitchen"}, {"festivals": "1"}):
        page = desk.get(where, query).text
        assert "Kettles and more" in page, query
        assert "Nothing yet" not in page, query
    assert "No store fits" in desk.get(where, {"category": "hom"}).text


@pytest.mark.parametrize("page", ["stores/", "stores/invite/", "terms/", "wanted/"])
def test_a_page_costs_the_same_for_few_stores_and_for_a_hundred(desk, festival, page):
    def fill(count):
        joined(festival, count)
        for number in range(count):
            store = make.merchant()
            made = ProductRequest.objects.create(festival=festival, country="KE", at=BEFORE)
            kettle = make.variant(of=make.product(of=store))
            make.nomination(kettle, during=festival, percent=10, wanted=made)
            make.merchant()
            publish_terms(festival, f"Terms {number} {Terms.objects.count()}", at=BEFORE)

    fill(1)
    with statements(most=40) as few:
        desk.get(at(festival, page))
    fill(6)

    with statements(most=40) as many:
        assert desk.get(at(festival, page)).status_code == 200
    assert len(many) == len(few)


def test_a_festival_with_a_hundred_stores_is_searched_and_filtered(desk, festival):
    joined(festival, 100)
    joined(festival, 1, name="Zanzibar Spices", country="TZ")

    assert desk.get(at(festival, "stores/")).text.count('name="accept"') == 101
    for query in ({"q": "spices"}, {"country": "TZ"}, {"country": "TZ", "state": "applied"}):
        page = desk.get(at(festival, "stores/"), query).text
        assert page.count('name="accept"') == 1
        assert "Zanzibar Spices" in page
    assert "No store of this festival fits." in desk.get(at(festival, "stores/"), {"q": "%"}).text


def test_a_store_beyond_the_places_is_put_in_line_and_gets_in_when_another_leaves(desk):
    festival = make.festival(max_stores=1)
    first, second = joined(festival, 2)

    said = [
        desk.post(at(festival, f"stores/{row.pk}/"), {"accept": ""}, follow=True).text
        for row in (first, second)
    ]
    assert "takes part" in said[0]
    assert "is in line" in said[1]
    assert "1 of 1 taken" in said[1]
    desk.post(at(festival, f"stores/{first.pk}/"), {"remove": ""})

    second.refresh_from_db()
    assert second.state == "accepted"


def test_places_and_the_ceiling_are_typed_on_the_form(desk):
    festival = make.festival(max_stores=0)
    (row,) = joined(festival, 1)
    enrol.decide(row, is_accepted=True, at=BEFORE)
    facts = DAYS | {"price_ceiling": "25", "max_stores": "1", "max_stores_per_country": "3",
                    "country_places": "ke 10, GH 5"}  # fmt: skip
    where = at(festival, "edit/")

    assert desk.post(where, typed(**facts | {"country_places": "Kenya 3"})).status_code == 422
    assert desk.post(where, typed(**facts)).status_code == 302

    festival.refresh_from_db()
    assert (festival.price_ceiling, festival.max_stores_per_country) == (25_00, 3)
    assert festival.country_places == {"KE": 10, "GH": 5}
    row.refresh_from_db()
    assert row.state == "accepted"  # a place more went to whoever waited
    assert "GH 5, KE 10" in desk.get(where).text


def test_terms_are_published_by_version_and_both_desks_say_who_keeps_which(client, desk):
    festival = make.festival(terms="")
    publish_terms(festival, "Send within three days.", at=BEFORE)
    (row,) = joined(festival, 1)
    where = at(festival, "terms/")

    assert desk.post(where, {"text_en": " "}).status_code == 422
    answer = desk.post(where, {"text_en": "Send within two days.\r\nPlease."}, follow=True)

    assert "Version 2 is in force." in answer.text
    assert "accepted by 1 store" in answer.text
    assert list(Terms.objects.order_by("pk").values_list("version", "text")) == [
        ("1", "Send within three days."), ("2", "Send within two days.\nPlease."),
    ]  # fmt: skip
    assert "keeps it; 2 is in force" in desk.get(at(festival, "stores/")).text
    client.force_login(row.merchant.memberships.get().user)
    store = f"/merchant/{row.merchant.slug}/festivals/{festival.pk}/"
    page = client.get(store).text
    assert "The organizers have newer terms for stores that join now." in page
    assert "Send within three days." in client.get(f"{store}terms/1/").text
    assert "two days" in client.get(f"{store}terms/2/").text
    assert client.get(f"{store}terms/3/").status_code == 404


def test_a_store_in_line_sees_its_place_and_leaves_the_line(client, clock_at):
    clock_at(BEFORE)
    festival = Festival.objects.get(pk=make.festival(max_stores=0).pk)
    first, second = joined(festival, 2)
    for row in (first, second):
        enrol.decide(row, is_accepted=True, at=BEFORE)
    client.force_login(second.merchant.memberships.get().user)
    where = f"/merchant/{second.merchant.slug}/festivals/{festival.pk}/"

    assert "Your store is number 2 in line." in client.get(where).text
    client.post(f"{where}leave/")

    second.refresh_from_db()
    assert second.state == "withdrawn"
    assert "Join the festival" in client.get(where).text
