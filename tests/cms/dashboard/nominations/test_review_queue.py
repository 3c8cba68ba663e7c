"""The review queue: everything on one row, filters, bulk approval, who decided."""

from datetime import timedelta

import pytest

from shop.catalogue.models import Category, Variant
from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Enrolment, Fund, Nomination
from shop.festivals.nominations import approve, decide
from shop.festivals.nominations.decide import nominate
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import BEFORE, approve_many
from tests.make import END, START
from tests.shop.festivals.joining import joined, percent, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def festival():
    return make.festival(must_beat_prior_price=False)


def queue(festival) -> str:
    return f"/organize/festivals/{festival.pk}/nominations/"


def nominated(count: int, during, **facts) -> list[Nomination]:
    store, found = make.merchant(), []
    for _ in range(count):
        kettle = make.variant(20_00, on_hand=50, of=make.product(of=store))
        known = {"price": 15_00, "allotment": 5, "submitted_at": BEFORE}
        found.append(make.nomination(kettle, during=during, **known | facts))
    return found


def warned(during) -> Nomination:
    dearer = make.variant()
    make.reprice(dearer, 26_00, at=BEFORE)
    return make.nomination(dearer, during=during, price=21_00, submitted_at=BEFORE)


def bulk(desk, festival) -> str:
    """Approve all that is clean."""
    told = {"all": "", "shown": BEFORE.isoformat()}
    return approve_many(desk, f"{queue(festival)}?warnings=without", told)


def test_one_row_says_all_that_a_reviewer_weighs(desk, festival):
    slot = make.slot(festival, label="Opening night", ends_at=START + timedelta(days=2))
    kettle = make.variant(20_00, on_hand=50, of=make.product(title="Kettle"))
    make.shown_picture(kettle.product, alt="A copper kettle")
    make.deal(kettle, during=festival, price=18_00)
    row = make.nomination(
        kettle, during=slot, price=15_00, allotment=7, per_shopper=2, submitted_at=BEFORE
    )
    Enrolment.objects.filter(pk=row.enrolment_id).update(commission_bp=1000)

    page = desk.get(queue(festival)).text

    for words in (
        "Kettle", 'alt="A copper kettle"', "Opening night", "$20.00", "$15.00", "−25 %",
        "at most 2 each", "lawful", "7<br>", "50 on hand, 50 free", "$13.50",
        f"{festival.title}, whole: $18.00, 10 May 00:00 to 20 May 00:00",
    ):  # fmt: skip
        assert words in page, words


def test_what_changed_since_the_last_submission_is_said(desk, festival):
    kettle = make.variant(20_00, on_hand=50)
    by = joined(festival, kettle)
    nominate(kettle.product, whole(festival), percent(20), at=BEFORE, by=by)
    again = percent(25, allotments={kettle.pk: 6})
    made = nominate(kettle.product, whole(festival), again, at=BEFORE, by=by)

    for page in (desk.get(queue(festival)).text, desk.get(f"{queue(festival)}{made.pk}/").text):
        assert "percent off: 20 → 25" in page
        assert f"{kettle.sku}, units set aside: none → 6" in page


def test_the_queue_is_filtered_and_sorted(desk, festival):
    flash = make.slot(festival)
    ghana = make.merchant(country="GH", name="Accra Cups")
    cup = make.variant(20_00, of=make.product(of=ghana, title="Cup"))
    make.nomination(cup, during=flash, percent=40, submitted_at=BEFORE)
    kettle = make.variant(20_00, of=make.product(title="Kettle"))
    make.nomination(kettle, during=festival, percent=30, submitted_at=BEFORE)
    odd = warned(festival)
    Category.objects.create(path="home", name="Home")

    def titles(**query):
        rows = desk.get(queue(festival), query).context["rows"]
        return [row.nomination.product.title for row in rows]

    assert titles(slot=flash.pk) == titles(country="GH") == titles(q="accra") == ["Cup"]
    assert titles(warnings="with") == [odd.product.title]
    assert titles(warnings="without") == ["Cup", "Kettle"]
    assert titles(sort="percent") == ["Cup", "Kettle", odd.product.title]
    assert titles(category="home") == titles(category="home/kitchen") == titles()
    assert titles(category="food") == []
    assert titles(p="9") == titles()  # the last page
    for junk in ({"slot": "9" * 30}, {"sort": "x"}, {"p": "-1"}, {"q": "%\0"}):
        assert desk.get(queue(festival), junk).status_code == 200


def test_all_clean_rows_of_a_filter_are_approved_in_one_action(desk, festival):
    rows = nominated(60, festival)
    odd = warned(festival)
    page = desk.get(queue(festival), {"warnings": "without"}).text
    assert "Approve all 60 clean rows of this filter" in page
    late = rows[0]
    Nomination.objects.filter(pk=late.pk).update(submitted_at=BEFORE + timedelta(seconds=1))

    done = bulk(desk, festival)

    assert "59 approved, 0 not approved." in done
    assert "1 row was submitted again since you looked" in done
    assert Deal.objects.count() == 59
    left = Nomination.objects.filter(state="submitted")
    assert set(left.values_list("pk", flat=True)) == {odd.pk, late.pk}


def test_the_slots_of_a_product_are_judged_together_before_the_button(desk):
    festival = make.festival(must_beat_prior_price=True)
    flash = make.slot(festival, label="Lunch", starts_at=START + timedelta(days=1))
    kettle = make.variant(20_00, on_hand=50)
    early = make.nomination(kettle, during=festival, price=15_00, submitted_at=BEFORE)
    make.nomination(kettle, during=flash, price=16_00, submitted_at=BEFORE)

    page = desk.get(queue(festival), {"warnings": "without"}).text
    odd = desk.get(queue(festival), {"warnings": "with"}).text
    done = bulk(desk, festival)

    assert "Approve all 1 clean row of this filter" in page
    assert "1 approved, 0 not approved." in done
    assert "Beside its deal for “whole” at $15.00, $16.00 cannot be called a reduction." in odd
    assert [deal.nomination_id for deal in Deal.objects.all()] == [early.pk]


def test_two_rows_for_one_place_are_one_on_the_button(desk, festival):
    slot = make.slot(festival, max_nominations=1)
    first, second = nominated(2, slot)

    page = desk.get(queue(festival), {"warnings": "without"})
    odd = desk.get(queue(festival), {"warnings": "with"})
    done = bulk(desk, festival)

    assert "Approve all 1 clean row of this filter" in page.text
    assert "1 approved, 0 not approved." in done
    assert [row.nomination.pk for row in odd.context["rows"]] == [second.pk]
    assert "All places in this slot are taken." in odd.text
    assert [deal.nomination_id for deal in Deal.objects.all()] == [first.pk]


@pytest.mark.parametrize("told", [{"all": ""}, {"all": "", "shown": "x"}])
def test_without_a_moment_at_which_it_was_seen_nothing_is_approved(desk, festival, told):
    nominated(2, festival)

    answer = desk.post(f"{queue(festival)}?warnings=without", told, follow=True)

    assert "Nothing was approved" in answer.text
    assert not Deal.objects.exists()


def test_a_row_is_decided_from_the_queue_and_says_by_whom(desk, festival):
    (row,) = nominated(1, festival)
    body = {"reject": "", "note": "Not this time", "seen": BEFORE.isoformat(), "back": "sort=new"}

    answer = desk.post(f"{queue(festival)}{row.pk}/", body)
    page = desk.get(queue(festival), {"state": "rejected"}).text

    assert answer["Location"].endswith("/nominations/?sort=new")
    assert "Not this time" in page
    assert "20 Apr 2027, 00:00 UTC: Not this time" in page
    second = desk.post(f"{queue(festival)}{row.pk}/", {"approve": "", "seen": BEFORE.isoformat()},
                       follow=True)  # fmt: skip
    assert "decided already: rejected" in second.text
    assert not Deal.objects.exists()


def test_a_subsidy_is_set_at_approval_and_drawn_from_its_fund(desk, festival):
    fund = Fund.objects.create(festival=festival, sponsor="Ministry of Trade", amount=12_00)
    first, second = nominated(2, festival)
    everyday = nominated(1, festival, allotment=None)[0]
    body = {"approve": "", "seen": BEFORE.isoformat(), "subsidy": "2.00", "fund": fund.pk}

    assert "Ministry of Trade" in desk.get(queue(festival)).text
    wrong = desk.post(f"{queue(festival)}{first.pk}/", body | {"subsidy": "much"}, follow=True)
    assert "as an amount" in wrong.text
    desk.post(f"{queue(festival)}{first.pk}/", body)
    short = desk.post(f"{queue(festival)}{second.pk}/", body, follow=True)
    without = desk.post(f"{queue(festival)}{everyday.pk}/", body, follow=True)

    assert Deal.objects.get().subsidy == 2_00
    fund.refresh_from_db()
    assert fund.committed == 10_00
    assert "has $2.00 left to promise; this needs $10.00." in short.text
    assert "needs units set aside" in without.text
    second.refresh_from_db()
    assert (second.state, second.subsidy) == ("submitted", 0)


def test_the_fund_of_another_festival_pays_nothing(desk, festival):
    fund = Fund.objects.create(festival=make.festival(), sponsor="Elsewhere", amount=99_00)
    (row,) = nominated(1, festival)
    body = {"approve": "", "seen": BEFORE.isoformat(), "subsidy": "2.00", "fund": fund.pk}

    with pytest.raises(NotPossible, match="another festival"):
        decide.subsidise(row, 2_00, fund, at=BEFORE, by=make.user())
    desk.post(f"{queue(festival)}{row.pk}/", body)

    row.refresh_from_db()
    assert row.fund is None
    fund.refresh_from_db()
    assert fund.committed == 0


def test_the_ceiling_of_a_slot_or_its_festival_is_kept(desk):
    festival = make.festival(price_ceiling=15_00)
    kettle = make.variant(20_00)
    slot = make.slot(festival, price_ceiling=12_00)
    by = joined(festival, kettle)

    with pytest.raises(decide.RuleBroken, match=r"costs \$15.00 at the most"):
        nominate(kettle.product, whole(festival), percent(20), at=BEFORE, by=by)
    with pytest.raises(decide.RuleBroken, match=r"costs \$12.00 at the most"):
        nominate(kettle.product, slot, percent(25), at=BEFORE, by=by)

    assert nominate(kettle.product, whole(festival), percent(25), at=BEFORE, by=by)
    assert nominate(kettle.product, slot, percent(40), at=BEFORE, by=by)


@pytest.mark.parametrize("query", [{}, {"warnings": "without"}])
def test_the_queue_costs_the_same_for_few_rows_and_for_many(desk, festival, query):
    nominated(2, festival)
    with statements(most=40) as few:
        desk.get(queue(festival), query)
    nominated(20, festival)

    with statements(most=40) as many:
        desk.get(queue(festival), query)
    assert len(many) == len(few)


def test_a_nomination_of_a_slot_that_is_over_says_so_in_the_bulk(desk, festival, clock_at):
    rows = nominated(2, festival)

    outcomes = approve.approve_all([row.pk for row in rows], at=END)

    assert {str(found.refusal) for found in outcomes} == {"This slot is over."}


def test_what_is_approved_is_judged_no_more_and_its_units_are_set_aside_once(
    desk, festival, clock_at
):
    (row,) = nominated(1, festival)
    small = Variant.objects.get(product=row.product)
    make.variant(30_00, of=row.product)
    waiting = desk.get(f"{queue(festival)}{row.pk}/")
    desk.post(f"{queue(festival)}{row.pk}/", {"approve": "", "seen": BEFORE.isoformat()})
    clock_at(START + timedelta(hours=1))

    listed = desk.get(queue(festival), {"state": "approved"})
    page = desk.get(f"{queue(festival)}{row.pk}/")

    for shown in (waiting, page):
        (variant,) = shown.context["row"].variants
        assert (variant.sku, variant.prior, variant.left) == (small.sku, "$20.00", 45)
        assert "1 size has no festival pieces and stays at the everyday price." in shown.text
    for shown in (listed, page):
        assert "already" not in shown.text
        assert "cannot be" not in shown.text.lower()
    assert [found.nomination.pk for found in listed.context["rows"]] == [row.pk]


def test_a_merchant_reads_of_an_approved_deal_what_the_organizers_read(client, festival, clock_at):
    clock_at(BEFORE)
    (row,) = nominated(1, festival)
    approve.approve(row, at=BEFORE)
    client.force_login(make.member(row.product.merchant))
    clock_at(START + timedelta(hours=1))

    where = f"/merchant/{row.product.merchant.slug}/slots/{row.slot_id}/{row.product_id}/"
    page = client.get(where)

    assert "45 units stay for everyday sale." in page.text
    assert "Shoppers will see −25 %, counted from $20.00." in page.text
    assert "already" not in page.text
