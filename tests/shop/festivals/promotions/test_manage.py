"""Benefits and vouchers: drafts, limits that only rise, early ends, sponsors' money, codes."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible, VoucherRefused
from shop.festivals.models import ChangeLog, Claim, Fund, PriceChange, Promotion
from shop.festivals.promotions import code_batches, manage
from shop.festivals.promotions.vouchers import find_voucher
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Discount
from tests import make
from tests.buying import buying, pay
from tests.crowd import at_once
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db
REASON = "The money is needed elsewhere"


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def fund(festival):
    return Fund.objects.create(festival=festival, sponsor="Chamber of Commerce", amount=100_00)


def draft(festival, **facts):
    known = {"state": "draft", "value": 5_00, "group": "voucher", "trigger": "code",
             "code": "NILE5"}  # fmt: skip
    return make.promotion(festival, **known | facts)


def saved(promotion, **facts):
    for name, value in facts.items():
        setattr(promotion, name, value)
    return manage.save_draft(promotion, at=NOON)


def discount(festival, kettle, code="NILE5"):
    who = make.cart({kettle: 1}, codes=(code,))
    return price_cart(who, at=NOON).quote.discount


def test_a_draft_gives_nothing_until_it_is_active(festival):
    kettle = make.variant(20_00)
    promotion = draft(festival)
    with pytest.raises(VoucherRefused, match="No voucher has this code"):
        find_voucher("NILE5", at=NOON, user=None)

    manage.activate(promotion, at=NOON)

    make.nomination(kettle, during=festival, price=15_00)
    assert discount(festival, kettle) == 5_00
    assert PriceChange.objects.filter(what="promotion activate").exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"use_to": START}, "after the start"),
        ({"use_to": END + timedelta(hours=1)}, "within its festival"),
        ({"kind": "percent", "value": 100}, "between 1 and 99"),
        ({"kind": "step"}, "how much each step is"),
        ({"value": 0}, "amount that shoppers save"),
        ({"claim_from": NOON, "claim_to": NOON}, "Claiming ends"),
    ],
)
def test_a_benefit_that_makes_no_sense_is_explained(festival, wrong, sentence):
    with pytest.raises(NotPossible, match=sentence):
        saved(draft(festival), **wrong)


def test_what_is_active_keeps_its_value(festival):
    promotion = draft(festival)
    manage.activate(promotion, at=NOON)

    with pytest.raises(NotPossible, match="active already"):
        saved(promotion, value=1_00)
    with pytest.raises(NotPossible, match="Only a draft"):
        manage.activate(promotion, at=NOON)


def test_limits_rise_and_never_fall(festival):
    promotion = draft(festival, budget=50_00, max_uses=10)
    manage.activate(promotion, at=NOON)

    manage.raise_limits(promotion, {"budget": 80_00}, at=NOON)

    promotion.refresh_from_db()
    assert (promotion.budget, promotion.max_uses) == (80_00, 10)
    log = ChangeLog.objects.get(action="raise")
    assert (log.before, log.after) == ({"budget": 50_00}, {"budget": 80_00})
    for wrong in ({"budget": 79_99}, {"max_uses": 9}):
        with pytest.raises(NotPossible, match="only be raised"):
            manage.raise_limits(promotion, wrong, at=NOON)
    with pytest.raises(NotPossible, match="Only the limits"):
        manage.raise_limits(promotion, {"value": 9_00}, at=NOON)


def test_a_benefit_that_is_ended_early_is_kept_by_open_orders(festival):
    kettle = make.variant(20_00)
    make.nomination(kettle, during=festival, price=15_00)
    promotion = draft(festival)
    manage.activate(promotion, at=START)
    order = make.order({kettle: 1}, codes=("NILE5",))

    manage.end_early(promotion, at=NOON, reason=REASON)

    pay(order)
    order.refresh_from_db()
    promotion.refresh_from_db()
    assert (order.state, order.total) == ("paid", 15_00)
    assert (promotion.state, promotion.use_to, promotion.used) == ("ended_early", NOON, 1)
    with pytest.raises(VoucherRefused, match="ended on"):
        find_voucher("NILE5", at=NOON, user=None)
    with pytest.raises(NotPossible, match="ended already"):
        manage.end_early(promotion, at=NOON, reason=REASON)


def test_a_benefit_is_paused_and_resumed(festival):
    promotion = draft(festival)
    manage.activate(promotion, at=START)

    manage.pause(promotion, at=NOON)
    with pytest.raises(VoucherRefused, match="at the moment"):
        find_voucher("NILE5", at=NOON, user=None)
    manage.resume(promotion, at=NOON)

    assert find_voucher("NILE5", at=NOON, user=None).promotion_id == promotion.pk


def test_a_sponsor_commits_the_organizers_share_of_a_budget(festival, fund):
    first = draft(festival, fund=fund, budget=120_03, organizer_share=50)
    second = draft(festival, code="NILE6", fund=fund, budget=80_00, organizer_share=50)

    manage.activate(first, at=NOON)
    fund.refresh_from_db()
    assert fund.committed == 60_01  # half of it, rounded down as each order's share is
    with pytest.raises(NotPossible, match="Chamber of Commerce has"):
        manage.activate(second, at=NOON)
    second.refresh_from_db()
    assert second.state == "draft"
    with pytest.raises(NotPossible, match="left to promise"):
        manage.raise_limits(first, {"budget": 210_00}, at=NOON)

    manage.end_early(first, at=NOON, reason=REASON)
    fund.refresh_from_db()
    assert fund.committed == 0
    manage.activate(second, at=NOON)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"budget": None}, "needs a budget"), ({"organizer_share": 0}, "is 0 percent")],
)
def test_what_a_sponsor_pays_for_has_a_budget_and_a_share(festival, fund, wrong, sentence):
    facts = {"fund": fund, "budget": 10_00, "organizer_share": 100}
    with pytest.raises(NotPossible, match=sentence):
        saved(draft(festival, **facts | wrong))


@pytest.mark.django_db(transaction=True)
def test_two_benefits_do_not_commit_the_same_money():
    festival = make.festival()
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=100_00)
    rows = [
        draft(festival, code=f"NILE{n}", fund=fund, budget=60_00, organizer_share=100)
        for n in range(4)
    ]

    results = at_once([lambda row=row: manage.activate(row, at=NOON) for row in rows])

    fund.refresh_from_db()
    assert fund.committed == 60_00
    assert sum(isinstance(result, NotPossible) for result in results) == 3


def test_each_discount_names_who_gave_the_money(festival, fund):
    kettle = make.variant(20_00)
    nomination = make.nomination(kettle, during=festival, price=15_00, allotment=5)
    type(nomination).objects.filter(pk=nomination.pk).update(subsidy=2_00, fund=fund)
    make.approve.approve(nomination, at=START)
    manage.activate(draft(festival, fund=fund, budget=50_00, organizer_share=40), at=START)

    order = make.order({kettle: 2}, codes=("NILE5",))

    row, line = Discount.objects.get(order=order), order.lines.get()
    assert (row.fund, row.amount, row.organizer_part) == (fund, 5_00, 2_00)
    assert (line.fund, line.subsidy, line.funded) == (fund, 4_00, 6_00)


def test_codes_are_made_in_thousands_and_each_is_used_once(festival, django_assert_num_queries):
    kettle = make.variant(20_00)
    make.nomination(kettle, during=festival, price=15_00)
    promotion = draft(festival, code="")
    manage.activate(promotion, at=START)

    batch = code_batches.make_codes(promotion, 5_000, "Radio Nairobi", at=NOON)

    codes = [code for code, _state in code_batches.codes_of(batch)]
    assert len(set(codes)) == 5_000
    assert {len(code) for code in codes} == {code_batches.LENGTH}
    assert ChangeLog.objects.get(action="make codes").after["size"] == 5_000
    order = make.order({kettle: 1}, codes=(codes[0].lower(),))
    pay(order)
    assert order.discount == 5_00
    assert Claim.objects.get(code=codes[0]).state == "used"
    with pytest.raises(VoucherRefused, match="already used"):
        find_voucher(codes[0], at=NOON, user=None)


def test_a_code_that_came_out_before_is_made_again(festival, monkeypatch):
    promotion = draft(festival, code="")
    again = iter(["BBBB", "BBBB", "CCCC", "BBBB", "DDDD"])
    monkeypatch.setattr(code_batches, "new_code", lambda: next(again))

    batch = code_batches.make_codes(promotion, 3, "Radio", at=NOON)

    assert [code for code, _state in code_batches.codes_of(batch)] == ["BBBB", "CCCC", "DDDD"]


@pytest.mark.parametrize(
    ("facts", "size", "label", "sentence"),
    [
        ({"code": "NILE5"}, 10, "Radio", "unique codes"),
        ({"trigger": "claim", "code": ""}, 10, "Radio", "unique codes"),
        ({"code": ""}, 0, "Radio", "between 1 and"),
        ({"code": ""}, 20_001, "Radio", "between 1 and"),
        ({"code": ""}, 10, " ", "for whom"),
        ({"code": "", "state": "ended_early"}, 10, "Radio", "ended already"),
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(festival, facts, size, label, sentence):
    with pytest.raises(NotPossible, match=sentence):
        code_batches.make_codes(draft(festival, **facts), size, label, at=NOON)
    assert not Claim.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_case_45_of_two_shoppers_with_one_unique_code_one_wins():
    festival = make.festival()
    kettle = make.variant(20_00)
    make.nomination(kettle, during=festival, price=15_00)
    promotion = draft(festival, code="")
    manage.activate(promotion, at=START)
    batch = code_batches.make_codes(promotion, 1, "Radio", at=NOON)
    ((code, _state),) = code_batches.codes_of(batch)
    carts = [make.cart({kettle: 1}, codes=(code,)) for _number in range(2)]

    results = at_once([buying(who) for who in carts])

    assert sum(isinstance(result, Exception) for result in results) == 1
    assert Discount.objects.count() == 1
    assert Promotion.objects.get().held_uses == 1
