"""The how-to pages show pictures of today's shop; with BAOBAB_PICTURES=1 they are taken."""

import io
from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from sample.accounts import ACCOUNTS
from sample.loading import load
from sample.progress import Progress
from shop.core import clock
from shop.festivals.models import Festival
from shop.orders.models import Order
from shop.storefront.listings.tasks import make_modern_sizes
from tests import pages
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import GROUPS, grant
from tests.journeys.pictures import organizing, selling, shopping
from tests.journeys.pictures.camera import FOLDER, MOST_BYTES, Camera, named_on
from tests.journeys.ways import journey

PAGES = ("shoppers.md", "merchants.md", "organizers.md", "pages.md")
STORES = {
    "athi-and-rift-outings",
    "iveti-hills-market",
    "itoku-indigo-rooms",
    "keur-mbar-cordonnerie",
}
KEEP_THE_CLOCK = """addEventListener("server-clock", (event) => {
  if (!document.querySelector("[data-moment]")) event.stopPropagation();
}, true)"""
COMING, LIVE = "leaf-bean-and-pod", "100-stores-1000-products"


def test_each_picture_is_there_is_shown_once_and_is_small():
    named = [name for page in PAGES for name in named_on(page)]
    files = {file.stem: file.stat().st_size for file in FOLDER.glob("*.webp")}

    assert sorted(named) == sorted(files)
    assert {name: size for name, size in files.items() if size > MOST_BYTES} == {}


@journey
@pytest.mark.long
def test_the_steps_of_the_how_to_pages_are_walked_and_pictured(town, enter, stage):
    camera, people = Camera(), {role: enter() for role in ("merchant", "host", "organizer")}
    festival = Festival.objects.get(slug=COMING)
    for account in (row for row in ACCOUNTS if row.role in people):
        sign_in(people[account.role], account.email, account.path, password=account.password)
    guest, desk = enter(), people["organizer"]

    shopping.buy_goods_and_a_visit(guest, camera)
    order = Order.objects.get(contact__name="Lin Yue")
    shopping.look_at_the_order(guest, camera)
    selling.send_a_parcel(people["merchant"], camera, order.number)
    selling.begin_a_product(people["merchant"], camera)
    selling.make_a_dozen(people["merchant"], camera)
    selling.bring_a_sheet(stage, people["merchant"], camera)
    selling.keep_the_store(people["merchant"], camera)
    selling.apply(enter(), camera)
    organizing.plan(desk, camera)
    organizing.bring_a_store_in(desk, camera, festival)
    selling.offer_coffee(people["merchant"], camera, COMING)
    organizing.decide(desk, camera, festival, selling.COFFEE)
    organizing.look_ahead(desk, camera, festival)
    stage.beat()  # sales are added up, and the parts of the shop looked at
    organizing.watch(desk, camera, Festival.objects.get(slug=LIVE), festival)
    visit = order.lines.get(variant__session_start__isnull=False)
    stage.set_clock(visit.variant.session_start - timedelta(minutes=10))
    selling.let_a_guest_in(people["host"], camera, order)

    assert camera.taken == {name for page in PAGES for name in named_on(page)}


@pytest.fixture
def enter(visitor):
    """Give a way to let somebody in whose own clock says what the shop's says."""

    def come():
        page = visitor()
        page.clock.set_fixed_time(clock.now())
        # The shop's clock was set, the one of the server that sends its answers was not.
        page.add_init_script(KEEP_THE_CLOCK)
        return page

    return come


@pytest.fixture
def town(stage, settings):
    """Load four stores of the sample, with its festivals, pages and people."""
    settings.DEMO = True
    pages.page_root()
    for group in GROUPS:
        grant(group)
    load(Progress(io.StringIO()), only=STORES)
    if not Camera().is_writing:  # browsers get the plain sizes meanwhile
        DBTaskResult.objects.filter(task_path=make_modern_sizes.module_path).delete()
    stage.work()
