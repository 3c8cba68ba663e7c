"""A countdown runs by the server's clock, whatever the device believes and however old a page."""

import re
from datetime import timedelta

import pytest

from shop.core import clock
from tests.journeys.ways import journey
from tests.make import END
from tests.patience import wait_until

pytestmark = journey

SHAWL = "/products/adire-shawl/"
LEFT = timedelta(minutes=10)
FAST = timedelta(minutes=7)
OLD = timedelta(seconds=40)


def seconds_left(page):
    """Return what a countdown says, in seconds."""
    text = page.locator("time-left b").first.text_content()
    found = re.findall(r"(\d+)\s*(minute|second)", text)
    return sum(int(number) * {"minute": 60, "second": 1}[unit] for number, unit in found)


def is_right(seconds):
    """Tell whether so much is left by the clock of the tests, which goes on meanwhile."""
    return abs(seconds - (END - clock.now()).total_seconds()) < 1.5


@pytest.mark.parametrize("is_old", [False, True])
def test_case_13_ten_minutes_are_ten_minutes_on_a_clock_that_is_seven_fast(
    stage, market, page, is_old
):
    if is_old:  # a copy of the page from 40 seconds ago, out of somebody's cache
        stage.set_clock(END - LEFT - OLD)
        kept = page.request.get(SHAWL).body()
        page.route(f"**{SHAWL}", lambda route: route.fulfill(body=kept, content_type="text/html"))
    stage.set_clock(END - LEFT)
    page.clock.install(time=END - LEFT + FAST)

    page.goto(SHAWL)
    page.get_by_text("Festival ends in").first.wait_for()
    page.wait_for_function(
        "document.querySelector('time-left b')?.textContent.match(/^\\d minute|^10 minute/)"
    )

    wait_until(lambda: is_right(seconds_left(page)), "the countdown is wrong")


def test_the_server_tells_its_time_in_an_answer_that_nobody_keeps(stage, market, page):
    stage.set_clock(END - LEFT)

    answer = page.request.get("/clock/")

    told = int(answer.text()) / 1000
    assert (END - LEFT).timestamp() <= told <= clock.now().timestamp()
    assert "no-store" in answer.headers["cache-control"]
    assert len(answer.body()) < 20


def test_a_late_answer_is_taken_for_the_middle_of_the_way(stage, market, page):
    stage.set_clock(END - LEFT)
    page.clock.install(time=END - LEFT)
    told = f"{(END - LEFT + timedelta(seconds=2)).timestamp() * 1000:.0f}"
    page.route(
        "**/clock/", lambda route: (page.clock.fast_forward(4_000), route.fulfill(body=told))
    )

    page.goto(SHAWL)
    page.wait_for_function("document.querySelector('time-left b')")

    assert 595 <= seconds_left(page) <= 598
