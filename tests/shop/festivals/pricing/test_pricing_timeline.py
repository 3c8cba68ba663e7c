"""Prices over time: the spans of a variant, and the lowest of a product."""

from shop.festivals.pricing.terms import Interval
from shop.festivals.pricing.timeline import lowest_spans, span_at, spans
from tests.shop.festivals.pricing.setting import END, JANUARY, START, deal, instant, item

PAUSED = Interval(instant("05-12 12:00"), instant("05-12 18:00"))


def drawn(found):
    """Return start, end and price of each span."""
    return [(span.starts_at, span.ends_at, span.price) for span in found]


def drawn_lowest(found):
    """Return start, lowest and highest price of each span."""
    return [(span.starts_at, span.lowest.price, span.highest) for span in found]


def test_spans_begin_at_the_asked_instant_and_the_last_one_has_no_end():
    found = spans(item(20_00, deal(15_00)), instant("05-15 00:00"))

    assert drawn(found) == [(instant("05-15 00:00"), END, 15_00), (END, None, 20_00)]


def test_a_pause_cuts_a_hole_into_the_span_of_its_deal():
    found = spans(item(20_00, deal(15_00, closures=(PAUSED,))), START)

    assert drawn(found) == [
        (START, PAUSED.starts_at, 15_00),
        (PAUSED.starts_at, PAUSED.ends_at, 20_00),
        (PAUSED.ends_at, END, 15_00),
        (END, None, 20_00),
    ]
    assert [span.prior for span in found] == [20_00, None, 20_00, None]


def test_a_deal_that_is_sold_out_hands_over_to_the_next_best():
    gone = Interval(instant("05-12 00:00"))
    kettle = item(20_00, deal(15_00, closures=(gone,)), deal(17_00, id=2, festival_id=2))

    assert [(span.deal_id, span.price) for span in spans(kettle, START)] == [
        (1, 15_00),
        (2, 17_00),
        (None, 20_00),
    ]


def test_a_boundary_that_changes_nothing_makes_no_span():
    dear = deal(25_00, closures=(PAUSED,))
    same = ((JANUARY, 20_00), (START, 20_00))

    assert drawn(spans(item(deals=(dear,), regular=same), JANUARY)) == [(JANUARY, None, 20_00)]


def test_back_to_back_deals_at_one_price_stay_two_spans():
    first, second = deal(15_00, ends_at=PAUSED.starts_at), deal(15_00, id=2)

    found = spans(item(20_00, first, second), START)

    assert [span.deal_id for span in found] == [1, 2, None]


def test_there_is_no_span_before_the_listing_nor_after_the_sale_closes():
    listed, closes = instant("05-11 00:00"), instant("05-15 06:00")
    tour = item(20_00, deal(15_00), listed_at=listed, sales_close=closes)

    assert drawn(spans(tour, JANUARY)) == [(listed, closes, 15_00)]
    assert spans(tour, closes) == []
    assert span_at(tour, closes) is None


def test_a_scheduled_change_of_the_regular_price_is_a_boundary():
    changed = ((JANUARY, 20_00), (instant("05-25 00:00"), 22_00))

    assert drawn(spans(item(regular=changed), END)) == [
        (END, instant("05-25 00:00"), 20_00),
        (instant("05-25 00:00"), None, 22_00),
    ]


def test_the_cheapest_variant_speaks_for_the_product():
    small = item(12_00, id=1)
    large = item(20_00, deal(10_00), id=2)

    found = lowest_spans({1: spans(small, JANUARY), 2: spans(large, JANUARY)})

    assert drawn_lowest(found) == [
        (JANUARY, 12_00, 20_00),
        (START, 10_00, 12_00),
        (END, 12_00, 20_00),
    ]
    assert [span.lowest.deal_id for span in found] == [None, 1, None]


def test_of_equal_prices_the_variant_with_the_lower_id_speaks():
    first, second = item(20_00, deal(15_00, id=8), id=1), item(15_00, id=2)

    (_, during, _) = lowest_spans({2: spans(second, JANUARY), 1: spans(first, JANUARY)})

    assert during.lowest.deal_id == 8


def test_the_dearest_variant_makes_a_span_of_its_own():
    changed = ((JANUARY, 30_00), (START, 40_00))

    found = lowest_spans({1: spans(item(20_00), JANUARY), 2: spans(item(regular=changed), JANUARY)})

    assert drawn_lowest(found) == [(JANUARY, 20_00, 30_00), (START, 20_00, 40_00)]


def test_a_product_between_two_sessions_has_a_gap():
    first = item(20_00, sales_close=START)
    second = item(25_00, id=2, listed_at=END)

    found = lowest_spans({1: spans(first, JANUARY), 2: spans(second, JANUARY)})

    assert [(span.starts_at, span.ends_at) for span in found] == [(JANUARY, START), (END, None)]


def test_a_product_without_a_price_has_no_span():
    assert lowest_spans({}) == []
    assert lowest_spans({1: spans(item(20_00, sales_close=START), END)}) == []
