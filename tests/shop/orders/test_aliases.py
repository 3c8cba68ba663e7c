"""One mailbox is one shopper: what one may have is shared by all of its addresses."""

import pytest

from shop.core.errors import LimitReached, PriceChanged, TooManyOpenOrders, VoucherRefused
from shop.festivals.models import Claim, DealUsage, PromotionUsage
from shop.festivals.promotions.vouchers import claim_voucher
from shop.orders.cart.limits import own_limits
from shop.orders.cart.pricing import price_cart
from shop.orders.cart.vouchers.claim import claimable
from shop.orders.cart.vouchers.wallet import within_reach
from shop.orders.place import place_order
from shop.orders.reconcile import differences
from tests import make
from tests.buying import buying, expire, pay
from tests.crowd import at_once
from tests.make import NOON

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
ADDRESSES = ("amara@gmail.com", "a.mara+1@googlemail.com")


@pytest.fixture
def aliases():
    return [make.user(address) for address in ADDRESSES]


def limited(**facts):
    kettle = make.variant(20_00)
    return make.deal(kettle, during=make.festival(), price=15_00, allotment=20, **facts)


def wanting(deal, units, account):
    return make.cart({deal.variant: units}, of=make.shopper(account))


def test_two_accounts_of_one_mailbox_buy_what_one_shopper_may(aliases):
    deal = limited(per_shopper=2)
    pay(place(wanting(deal, 2, aliases[0])))
    assert place(wanting(deal, 1, make.user())).total == 15_00

    order = place(wanting(deal, 1, aliases[1]))

    assert order.total == 20_00
    (left,) = own_limits(deal.variant.product_id, aliases[1], at=NOON)
    assert (left.limit, left.left) == (2, 0)
    assert [row.sold for row in DealUsage.objects.filter(mailbox=aliases[0].mailbox)] == [2]
    assert differences() == []


@with_threads
def test_two_accounts_of_one_mailbox_at_once_get_the_units_of_one(aliases):
    deal = limited(per_shopper=2)
    crowd = [buying(wanting(deal, 2, account)) for account in aliases]

    results = at_once(crowd)

    refused = [result for result in results if isinstance(result, PriceChanged)]
    assert [(type(one), one.before, one.after) for one in refused] == [(LimitReached, 30_00, 40_00)]
    usage = DealUsage.objects.get()
    deal.refresh_from_db()
    assert (usage.held, deal.held) == (2, 2)
    assert differences() == []


def test_a_voucher_for_each_shopper_is_used_once_by_a_mailbox(aliases):
    deal = limited()
    make.promotion(deal.slot.festival, group="voucher", trigger="code", code="ONCE", value=5_00,
                   per_shopper=1)  # fmt: skip
    kettle = deal.variant
    carts = [make.cart({kettle: 1}, of=make.shopper(one), codes=("ONCE",)) for one in aliases]
    first = place(carts[0])
    pay(first)

    assert (first.discount, price_cart(carts[1], at=NOON).quote.discount) == (5_00, 0)
    assert PromotionUsage.objects.get().used == 1
    assert differences() == []


def test_a_voucher_is_claimed_once_by_a_mailbox_and_offered_to_it_no_more(aliases):
    pocket = make.promotion(make.festival(), group="voucher", trigger="claim", value=5_00,
                            max_claims=10)  # fmt: skip
    claim_voucher(pocket, aliases[0], at=NOON)

    with pytest.raises(VoucherRefused, match="Another account with your mailbox"):
        claim_voucher(pocket, aliases[1], at=NOON)

    pocket.refresh_from_db()
    assert (pocket.claimed, Claim.objects.count()) == (1, 1)
    assert within_reach(aliases[1], at=NOON) == []
    who = make.cart({make.variant(): 1}, of=make.shopper(aliases[1]))
    assert claimable(price_cart(who, at=NOON), who, at=NOON) == []


@with_threads
def test_of_two_accounts_of_one_mailbox_at_once_one_claims(aliases):
    pocket = make.promotion(make.festival(), group="voucher", trigger="claim", value=5_00,
                            max_claims=10)  # fmt: skip
    clicks = [lambda who=who: claim_voucher(pocket, who, at=NOON) for who in aliases * 4]

    results = at_once(clicks)

    claims = [result.pk for result in results if isinstance(result, Claim)]
    assert (len(claims), len(set(claims))) == (4, 1)
    pocket.refresh_from_db()
    assert (pocket.claimed, Claim.objects.count()) == (1, 1)


def test_what_was_bought_stays_counted_for_the_mailbox_whatever_becomes_of_the_account(aliases):
    deal = limited(per_shopper=2)
    account = aliases[0]
    bought, held = place(wanting(deal, 1, account)), None
    pay(bought)
    held = place(wanting(deal, 1, account))
    account.email = "new@example.org"
    account.save()
    held.refresh_from_db()

    expire(held)

    usage = DealUsage.objects.get()
    assert (usage.mailbox, usage.held, usage.sold) == (aliases[1].mailbox, 0, 1)
    assert differences() == []
    assert place(wanting(deal, 2, aliases[1])).total == 35_00


def test_guests_with_aliases_of_one_address_have_one_number_of_open_orders():
    deal = limited()
    for address in ("amara@gmail.com", "amara+1@gmail.com", "am.ara@googlemail.com"):
        place(make.cart({deal.variant: 1}, email=address))

    with pytest.raises(TooManyOpenOrders):
        place(make.cart({deal.variant: 1}, email="AMARA+2@gmail.com"))

    place(make.cart({deal.variant: 1}, email="amara2@gmail.com"))
    deal.refresh_from_db()
    assert deal.held == 4


def place(who):
    return place_order(who, agreed=make.agreed(who), at=NOON).order
