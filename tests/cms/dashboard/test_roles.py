"""Each group does its own work at the desk, and everybody else none of it."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import get_resolver

from cms.colleagues.invite import invite
from cms.dashboard.festivals.override import readiness_of
from cms.dashboard.menu import ENTRIES, entry
from cms.models import FestivalPage
from shop.catalogue.delivery.models import TaxRule
from shop.catalogue.models import Category
from shop.core.jobs.models import FailedJob
from shop.festivals.deals.void import end_price
from shop.festivals.enrolment import enrol
from shop.festivals.models import (
    Festival,
    Fund,
    ProductRequest,
)
from shop.festivals.promotions.code_batches import make_codes
from shop.festivals.schedule.findings import override
from shop.merchant.content_reports.models import ContentReport
from shop.merchant.dashboard.people.invite import invite as invite_person
from shop.merchant.moderation.models import LaterReview
from shop.orders.models import OrderMessage
from shop.people.merchants.models import Merchant
from shop.storefront.listings import bulk
from shop.storefront.models import ZeroResultSearch
from shop.storefront.share_links.links import make_own
from tests import make, pages, worlds
from tests.buying import pay
from tests.cms.dashboard.addresses import ADDRESSES, AFTER_SALE, READ
from tests.cms.dashboard.found import stamp_of, state, stuck_money
from tests.cms.dashboard.one_of_each import (
    of_application,
    of_certificate,
    of_dispute,
    of_incident,
    of_paper,
    of_payouts,
    with_second_step,
    without_people,
)
from tests.cms.dashboard.people import BEFORE, GROUPS, grant, organizer
from tests.make import START
from tests.shop.storefront.previews.steps import shared

pytestmark = pytest.mark.django_db

STRANGERS = ["guest", "shopper", "a merchant"]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Make one of everything, and somebody of each kind, once for all addresses."""
    with worlds.world(django_db_blocker, lambda: people() | made(), at=BEFORE) as rows:
        yield rows


def people():
    """Return somebody of each group, and who is of none."""
    return {
        **{group: organizer(group) for group in GROUPS},
        "shopper": make.user(), "a merchant": make.member(make.merchant()),
    }  # fmt: skip


@pytest.fixture
def rows(world, clock_at):
    clock_at(BEFORE)
    return dict(world)


def made():
    for group in GROUPS:
        grant(group)
    pages.listing(FestivalPage)
    festival = make.festival(state="draft")
    slot = make.slot(festival)
    nomination = make.nomination(of=make.variant(), during=festival, price=15_00)
    make.variant(of=make.product(of=nomination.product.merchant))
    applied = make.merchant()
    enrolment = enrol.join(
        festival,
        applied,
        terms_version="1",
        commission_bp=festival.commission_bp,
        at=BEFORE,
        by=make.member(applied),
    )
    without_people(festival)
    product = make.product(state="submitted", submitted_at=BEFORE, published_at=None)
    deal = make.deal(make.variant(), during=festival, price=15_00)
    wrong = make.deal(make.variant(), during=festival, price=1_50)
    order = make.order({wrong.variant: 1}, at=BEFORE)
    pay(order, at=BEFORE)
    order.lines.update(deal=wrong)
    ZeroResultSearch.objects.create(day=BEFORE.date(), language="en", words="gele", is_near=False,
                              times=2, last_at=BEFORE)  # fmt: skip
    end_price(wrong, reason="A zero is missing", at=BEFORE)
    benefit = make.promotion(
        festival, group="voucher", kind="amount", value=1, trigger="code", state="draft"
    )
    batch = make_codes(benefit, 1, "Radio", at=BEFORE)
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=1)
    allow_everything(festival)
    asked = bulk.ask(
        make.festival(state="draft"), {nomination.pk: BEFORE}, at=BEFORE, by=make.user()
    )
    gone = {"starts_at": BEFORE - timedelta(days=9), "ends_at": BEFORE - timedelta(days=2)}
    make.origin("KE")
    return {
        "year": "2027", "month": "05",
        **with_second_step(applied), "leave": "leave",
        "suspended": make.merchant(state="suspended").pk,
        "leaving": make.merchant(state="suspended", leaving_since=BEFORE).pk,
        "later": LaterReview.objects.create(merchant=applied, shown=[], at=BEFORE).pk,
        "content_report": ContentReport.objects.create(
            merchant=applied, reason="unsafe", text="It burns.", email="lin@example.org", at=BEFORE,
            waits_since=BEFORE,
        ).pk,
        "asked": invite_person(applied, "asha@example.org", language="en", at=BEFORE,
                               by=make.user()).pk,
        "deal": deal.pk, "void": wrong.pk, "line": order.lines.get().pk, "benefit": benefit.pk,
        "order": order.pk, "contact": order.contact_id, "receipt": "receipt",
        **of_paper(order), **of_dispute(order), **of_payouts(order),
        **of_application(), **of_certificate(applied), **of_incident(),
        "rule": TaxRule.objects.create(treatment="export", source="A letter", seen_on=BEFORE).pk,
        "message": OrderMessage.objects.create(
            suborder=order.suborders.get(), side="store", text="Pay me", at=BEFORE,
            reported_at=BEFORE,
        ).pk,
        "halt": "stop", "share_link": make_own("/", "Radio", None, at=START, by=make.user()).pk,
        "carrier": make.carrier("Posta").pk,
        "batch": batch.pk, "fund": fund.pk, "cancel": "cancel", "pause": "pause",
        "activate": "activate", "festival": festival.pk, "slot": slot.pk,
        "nomination": nomination.pk, "approved": deal.nomination_id,
        "link": shared(festival, START).pk,
        "wanted": ProductRequest.objects.create(festival=festival, country="KE", at=BEFORE).pk,
        "failed_job": FailedJob.objects.create(
            round="move money", first_at=BEFORE, last_at=BEFORE,
        ).pk,
        "enrolment": enrolment.pk, "product": product.pk, "merchant": make.merchant().pk,
        "blocked": make.festival(state="draft").pk, "ended": make.festival(**gone).pk,
        "joined": applied.pk, "part": "stores",
        "sold": make.product().pk, "down": make.product(state="taken_down").pk,
        "told": make.merchant(story="Since 1921.").pk,
        "change": make.pending_change(make.product(), words={"title": "Other"}, at=BEFORE).pk,
        "stop": "stop", "bulk": asked.pk, "queued": asked.festival_id,
        "colleague": organizer("reviewer").pk, "close": "close", "role": "role", "again": "again",
        "invitation": invite("kofi@example.org", "analyst", language="en", at=BEFORE,
                             by=make.user()).pk,
        "language": "fr", "stamp": stamp_of(festival), "person": make.user().email,
        "uninvited": Merchant.objects.filter(state="approved")
        .exclude(enrolments__festival=festival).count(),
    }  # fmt: skip


@pytest.fixture
def rows_of(rows, request):
    """Return what gives the rows that an address names; the provider is asked only for money."""

    def found(pattern):
        if not pattern.startswith("money/"):
            return rows
        return rows | stuck_money(request.getfixturevalue("sandbox"))

    return found


def allow_everything(festival):
    """Say of each thing that a festival lacks why it may be published all the same."""
    planner = make.user()
    for finding in readiness_of(festival, at=BEFORE).blockers:
        override(festival, finding, "It is a test", at=BEFORE, by=planner)


def call(client, pattern, method, rows, body=None):
    data = {name: sent(value, rows) for name, value in (body or {}).items()}
    return getattr(client, method)(f"/organize/{pattern.format(**rows)}", data)


def sent(value, rows):
    """Return what a form sends: a file, or text that names rows."""
    if isinstance(value, bytes):
        return SimpleUploadedFile("words.csv", value.decode().format(**rows).encode())
    return value.format(**rows)


def bare(pattern: str) -> str:
    """Return an address with a star for each part that varies."""
    is_asked = re.search(r"/\?(?:part|request)=", pattern)
    pattern = pattern.partition("/?")[0] + "/" if is_asked else pattern
    pattern = re.sub(r"\(\?P<kind>[^)]*\)", "xlsx", pattern.strip("^$").replace("\\", ""))
    return re.sub(r"\(\?P<[^)]*\)|<[^>]*>|{[^}]*}", "*", pattern)


def test_the_table_holds_every_address_of_the_desk():
    desk = next(p for p in get_resolver().url_patterns if str(p.pattern) == "organize/")

    def names(patterns):
        for found in patterns:
            if getattr(found, "namespace", None) == "desk":
                yield from (str(pattern.pattern) for pattern in found.url_patterns)
            elif hasattr(found, "url_patterns"):
                yield from names(found.url_patterns)

    known = {bare(pattern) for pattern, *_ in (*ADDRESSES, *AFTER_SALE)}
    assert set(map(bare, names(desk.url_patterns))) == known


@contextmanager
def undone():
    """Forget what somebody did, before the next one has a turn at the same address."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("call_and_groups", ADDRESSES)
def test_a_group_does_its_own_work_and_no_other(client, rows_of, call_and_groups):
    pattern, method, allowed, body = call_and_groups
    rows = rows_of(pattern)
    before = state()
    for group in GROUPS:
        with undone():
            client.force_login(rows[group])
            answer = call(client, pattern, method, rows, body)

            is_done = group in allowed
            said = (302 if method == "post" else 200) if is_done else 403
            assert answer.status_code == said, group
            # What is sent would do something: of those who may not, it is not only unanswered.
            assert (state() != before) == (is_done and method == "post"), group


@pytest.mark.parametrize("call_and_groups", AFTER_SALE)
def test_what_follows_a_sale_lets_its_groups_in(client, rows, call_and_groups):
    pattern, method, allowed, body = call_and_groups
    before = state()
    for group in GROUPS:
        with undone():
            client.force_login(rows[group])
            answer = call(client, pattern, method, rows, body)

            if group in allowed:  # what is sent need not be enough
                assert answer.status_code in {200, 302, 422}, group
            else:
                assert answer.status_code == 403, group
                assert state() == before, group


@pytest.mark.parametrize(
    ("pattern", "method", "body"),
    [(pattern, method, body) for pattern, method, _, body in (*ADDRESSES, *AFTER_SALE)]
    + [(pattern, method, {}) for pattern, method in READ],
)
def test_strangers_find_no_desk_at_all(client, rows_of, pattern, method, body):
    rows = rows_of(pattern)
    before = state()
    for who in STRANGERS:
        client.logout()
        if who != "guest":
            client.force_login(rows[who])
        answer = call(client, pattern, method, rows, body)
        if answer.status_code == 302:
            answer = client.get(answer.url, follow=True)

        if who == "guest":
            assert "/account/login/" in answer.redirect_chain[-1][0]
        else:
            assert answer.status_code == 404, who
    assert state() == before


@pytest.mark.parametrize(("pattern", "method"), READ)
def test_lists_are_read_by_every_group(client, rows, pattern, method):
    for group in GROUPS:
        client.force_login(rows[group])

        assert call(client, pattern, method, rows).status_code == 200, group


@pytest.mark.parametrize(
    ("pattern", "method"), [*READ, ("desk_categories/edit/{category}/", "get")]
)
def test_lists_are_read_by_an_organizer_who_finds_no_button_that_leads_nowhere(
    client, rows, pattern, method
):
    client.force_login(organizer())
    rows["category"] = Category.objects.first().pk

    answer = call(client, pattern, method, rows)

    assert answer.status_code == 200
    assert "/delete/" not in answer.text


@pytest.mark.parametrize(
    ("pattern", "method"),
    [*READ, *((row[0], row[1]) for row in (*ADDRESSES, *AFTER_SALE) if row[1] == "get")],
)
def test_pages_of_organizers_say_each_zone_in_words(client, rows_of, pattern, method):
    rows = rows_of(pattern)
    Festival.objects.update(zone="Africa/Nairobi")
    client.force_login(organizer())

    answer = call(client, pattern, method, rows)

    if "html" not in answer.headers.get("Content-Type", "html"):
        return  # a file names the zone as programs do
    read = re.sub(r"<(script|select)\b.*?</\1>|<[^>]*>", " ", answer.text, flags=re.DOTALL)
    assert not re.findall(r"Africa/[A-Z]\w+", read)


@pytest.mark.parametrize("group", [group for group in GROUPS if group != "organizer"])
def test_categories_are_changed_by_organizers_alone(client, rows, group):
    category = Category.objects.first()
    client.force_login(organizer(group))
    body = {"path": "x", "name": "Taken over", "names": "{{}}", "position": "1"}

    edit = call(client, f"desk_categories/edit/{category.pk}/", "post", rows, body)
    new = call(client, "desk_categories/new/", "post", rows, body)

    assert {edit.status_code, new.status_code} == {403}
    assert not Category.objects.filter(name="Taken over").exists()


@pytest.mark.parametrize("group", GROUPS)
def test_the_first_screens_lead_nobody_where_they_may_not_go(client, rows, group):
    client.force_login(organizer(group))

    page = client.get("/organize/").text
    page += client.get(f"/organize/festivals/{rows['blocked']}/").text

    found = re.findall(r'href="(/organize/[^"#]*)"', page)
    links = {link for link in found if "logout" not in link}
    assert links
    for link in sorted(links):
        assert client.get(link).status_code == 200, link


@pytest.mark.parametrize("group", GROUPS)
def test_the_menu_has_what_somebody_may_open_and_nothing_else(client, rows, group, rf):
    request = rf.get("/organize/")
    request.user = rows[group]
    client.force_login(rows[group])

    shown = {facts[0] for facts in ENTRIES if entry(*facts).is_shown(request)}

    opened = {facts[0] for facts in ENTRIES if client.get(entry(*facts).url).status_code == 200}
    assert shown == opened
    money = {"Money desk", "Books", "Settlements", "Papers"}
    assert money & shown == (set() if group == "merchandiser" else money)
