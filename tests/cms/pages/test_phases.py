"""A page's phase comes from the clock, to the microsecond, and so do its prices."""

from datetime import timedelta

import pytest
from django.test import Client

from cms.models import FestivalPage
from tests import make, pages
from tests.budgets import statements
from tests.make import END, NOON, START
from tests.shop.storefront.shelf import fill, page_at

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
PHASES = [
    ("notice", {"title": f"In {phase}", "phases": [phase]}) for phase in ("teaser", "live", "ended")
]


def festival_page(festival=None, body=(), **facts):
    return pages.page(
        FestivalPage, festival=festival or make.festival(), slug="fest", body=list(body), **facts
    )


def shown(at):
    return page_at("/festivals/fest/", at).content


def text(at):
    import gzip  # noqa: PLC0415 (a shared copy is kept compressed)

    body = shown(at)
    return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()


@pytest.mark.parametrize(
    ("at", "phase"),
    [
        (START - TICK, "teaser"),
        (START, "live"),
        (END - TICK, "live"),
        (END, "ended"),
    ],
)
def test_each_block_is_shown_in_its_phase_only(at, phase):
    festival_page(body=PHASES)

    page = text(at)

    assert [name for name in ("teaser", "live", "ended") if f"In {name}" in page] == [phase]


def test_a_copy_from_before_the_start_is_not_served_after_it():
    festival_page(body=PHASES)

    assert "In teaser" in text(START - TICK)
    assert "In live" in text(START)
    assert "In live" in text(END - TICK)
    assert "In ended" in text(END)


def test_a_page_says_itself_when_a_session_begins_and_ends():
    session = {"name": "At the dye pits", "host": "Ama", "starts_at": NOON, "minutes": 30,
               "stream": "https://example.org/live"}  # fmt: skip
    festival_page(body=[("session", session)])

    before, during, last, after = (
        text(NOON + step)
        for step in (-TICK, timedelta(), timedelta(minutes=30) - TICK, timedelta(minutes=30))
    )

    assert "On now" not in before
    assert "On now" in during
    assert "On now" in last
    assert "Watch the session" in last
    assert "Watch the session" not in after
    assert "<iframe" not in during


def test_a_stream_is_offered_a_quarter_of_an_hour_before_and_no_copy_hides_it():
    session = {"name": "At the dye pits", "host": "Ama", "starts_at": NOON, "minutes": 30,
               "stream": "https://example.org/live"}  # fmt: skip
    festival_page(body=[("session", session)])
    opens = NOON - timedelta(minutes=15)

    long_before, before, open_ = (
        text(at) for at in (NOON - timedelta(days=1), opens - TICK, opens)
    )

    assert "Watch the session" not in long_before
    assert "The stream opens here 15 minutes before." in long_before
    assert "Watch the session" not in before
    assert "Watch the session" in open_
    assert "The stream opens" not in open_


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Africa/Lagos", "12 May at 13:00–13:30 · West Africa Standard Time"),
        ("", "12 May at 15:00–15:30 · East Africa Time"),
    ],
)
def test_a_session_is_told_in_its_own_zone_or_else_in_the_shop_s(zone, said):
    session = {"name": "At the dye pits", "host": "Ama", "starts_at": NOON, "minutes": 30,
               "zone": zone}  # fmt: skip
    festival_page(body=[("session", session)], festival=make.festival(zone="Africa/Nairobi"))

    assert said in text(NOON - timedelta(days=1))


def test_prices_turn_over_with_the_festival():
    festival = make.festival()
    kettle = make.variant(40_00)
    make.deal(kettle, during=festival, price=30_00)
    make.listed(kettle.product)
    festival_page(festival, body=[("deals", {}), ("picked", {"products": [kettle.product]})])

    assert text(START - TICK).count("$40.00") == 2
    assert text(START).count("$30.00") >= 2
    assert "$30.00" not in text(END)


def test_a_grid_by_rule_shows_what_the_rule_says():
    festival = make.festival()
    rwanda = make.variant(10_00, of=make.product(of=make.merchant(country="RW")))
    dear = make.variant(90_00, of=make.product(of=make.merchant(country="RW")))
    kenya = make.variant(20_00)
    for variant in (rwanda, dear, kenya):
        make.deal(variant, during=festival, percent=10)
    make.listed(rwanda.product, dear.product, kenya.product)
    rules = [{"country": "RW", "high": 50}, {"low": 50}, {"category": "home", "sort": "price"},
             {"only_deals": True, "count": 1}]  # fmt: skip
    festival_page(festival, body=[("deals", {"title": f"G{n}"} | r) for n, r in enumerate(rules)])

    parts = text(NOON).split('id="part-')[1:]
    found = [
        [v.product.title for v in (rwanda, dear, kenya) if f">{v.product.title}<" in part]
        for part in parts
    ]

    assert found[0] == [rwanda.product.title]
    assert found[1] == [dear.product.title]
    assert len(found[2]) == 3
    assert len(found[3]) == 1


def test_hand_picked_products_keep_the_editors_order_and_withdrawn_ones_are_left_out():
    variants = [make.variant() for _ in range(3)]
    products = [variant.product for variant in reversed(variants)]
    make.listed(*products[:2])
    festival_page(body=[("picked", {"products": products})])

    page = text(NOON)

    places = [page.find(f">{product.title}<") for product in products]
    assert 0 < places[0] < places[1]
    assert places[2] == -1


def test_a_page_shows_a_product_once_as_long_as_there_are_others():
    festival = make.festival()
    products = [make.variant(10_00 + n).product for n in range(20)]
    make.listed(*products)
    hand = ("picked", {"title": "G2", "products": products[:3]})
    rules = [("deals", {"title": f"G{n}", "count": 8, "in_festival": False}) for n in range(2)]
    rules[1][1]["sort"] = "price"
    festival_page(festival, body=[*rules, hand])

    parts = text(NOON).split('id="part-')[1:]
    shown = [{p.pk for p in products if f"/{p.slug}/" in part} for part in parts]

    assert [len(found) for found in shown] == [8, 8, 3]
    assert len(set.union(*shown)) == 19


def test_twenty_blocks_cost_as_much_as_two():
    festival = make.festival()
    slot = make.slot(festival)
    things = fill(30)
    story = pages.page(pages.StoryPage, title="A story")
    link = {"words": f'<p><a linktype="page" id="{story.pk}">there</a></p>'}
    some = [
        ("hero", {}), ("slots", {}), ("vouchers", {}), ("deals", {"slot": str(slot.pk)}),
        ("deals", {"country": "KE"}), ("tours", {}), ("picked", {"products": things[:4]}),
        ("pavilion", {"country": "KE", "about": "<p>x</p>"}), ("stores", {}),
        ("stories", {"stories": [story]}), ("collections", {}), ("text", link),
        ("call", {"label": "x", "page": story}),
    ]  # fmt: skip
    page = festival_page(festival, body=some)
    counts = []
    for times in (1, 10):
        page.body = some * times
        page.save()
        with statements(most=20) as counted:
            assert Client().get(pages.address(page)).status_code == 200
        counts.append(len(counted))

    assert counts[0] == counts[1] <= 15


def test_the_home_page_costs_what_its_parts_cost():
    make.festival()
    fill(40)
    pages.home()

    with statements(most=9):
        assert Client().get("/").status_code == 200


@pytest.mark.parametrize(("language", "most"), [("", 4), ("fr", 5)])
def test_lists_of_pages_cost_the_same_whatever_they_hold(language, most):
    for kind in (pages.StoryPage, pages.LessonPage, pages.HelpPage):
        for _ in range(4):
            pages.page(kind)
        path = pages.address(pages.listing(kind), language)
        with statements(most=most):
            assert Client().get(path).status_code == 200
