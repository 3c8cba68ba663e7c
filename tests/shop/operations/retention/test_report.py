"""The report finds of each kind a row that is too old, whoever should have taken it away."""

import json
import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import models
from django_tasks_db.models import DBTaskResult

from shop.catalogue.delivery.models import Contact
from shop.core.images.models import DraftImage, IncomingFile
from shop.core.images.storage import PARTS
from shop.core.jobs.models import FailedJob
from shop.core.rate_limits.models import RateLimitCount
from shop.festivals.models import BulkApproval, NominationSpreadsheet
from shop.management.commands.beat import ROUNDS, SECONDS_BETWEEN, Command
from shop.merchant.applications.models import Application
from shop.merchant.content_reports.models import ContentReport
from shop.merchant.imports.models import CatalogueSpreadsheet, ColumnMemory
from shop.merchant.moderation.models import LaterReview
from shop.merchant.share_kits.models import ShareKit
from shop.money.payments.models import GatewayEvent
from shop.money.settlements.models import PayoutBatch, PayoutMethod
from shop.operations.retention.contacts import UNPAID_FOR, forget_contacts
from shop.operations.retention.counts import gone_lately, note_gone
from shop.operations.retention.kinds import GRACE, KINDS, Kind
from shop.operations.retention.report import A_DAY, look_at_what_is_kept, retention_report
from shop.operations.retention.rules import RULES
from shop.orders.cart.models import Cart, VoucherTry
from shop.orders.models import Order
from shop.orders.reminders.models import Reminder
from shop.orders.tickets.models import DoorEntry, GuestNeeds
from shop.reports.health import TOO_OLD, readings
from shop.reports.models import Check, Refused
from shop.storefront.certifications.models import Certification
from shop.storefront.models import ProbeResult, ZeroResultSearch
from shop.storefront.share_links.models import ShareDay, ShareLink
from shop.storefront.waiting_room.models import Place
from tests import make
from tests.make import NOON
from tests.shop.merchant.applications import applied
from tests.shop.money.payments.troubles import event
from tests.shop.operations.retention.people import DAY, asked_back, contact, ordered

pytestmark = pytest.mark.django_db
LONG = NOON - 3_000 * DAY
HOUR = timedelta(hours=1)
SOON = NOON - GRACE - HOUR


def put(model, **facts):
    """Keep a row of a model with some facts; what else it needs is made up."""
    for field in model._meta.concrete_fields:
        is_free = field.null or field.has_default() or field.blank
        if field.name in facts or field.attname in facts or is_free:
            continue
        facts[field.name] = _made_up(field)
    return model._default_manager.create(**facts)


def _part():
    return make.order({make.variant(): 1}).suborders.get()


def _made_up(field):
    if isinstance(field, models.ForeignKey):
        makers = {
            "Merchant": make.merchant, "User": make.user, "Festival": make.festival,
            "Product": make.product, "Order": lambda: make.order({make.variant(): 1}),
            "Suborder": _part,
            "Variant": make.variant, "Slot": lambda: make.slot(make.festival()),
        }  # fmt: skip
        named = field.related_model.__name__
        return makers[named]() if named in makers else put(field.related_model)
    for kind, value in (
        (models.DateTimeField, NOON), (models.DateField, NOON.date()), (models.JSONField, []),
        (models.BooleanField, False), (models.IntegerField, 1), (models.BinaryField, b"x"),
    ):  # fmt: skip
        if isinstance(field, kind):
            return value
    return field.choices[0][0] if field.choices else "x"


def old_return():
    order = ordered(ends="paid")
    request = asked_back(order, words="", picture=b"\xff\xd8")
    type(request).objects.filter(pk=request.pk).update(closed_at=LONG)


def old_application(state):
    found = applied.made(NOON)
    rows = Application.objects.filter(pk=found.pk)
    rows.update(state=state, changed_at=LONG, decided_at=LONG)
    found.papers.exclude(pk=found.papers.first().pk).delete()
    found.papers.update(role="identity")
    return found


def old_part():
    part = Path(default_storage.path(PARTS)) / "left"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(b"x")
    os.utime(part, (time.time() - 9 * 86_400,) * 2)


def old_event():
    event("done", next_try_at=NOON)
    GatewayEvent.objects.update(received_at=LONG, body={"email": "lin@example.org"})


MAKERS = {
    "forget contacts": lambda: contact(LONG),
    "forget old carts": lambda: put(Cart, user=None, changed_at=LONG, holdings={}),
    "forget old sessions": lambda: Session.objects.create(
        session_key="a", session_data="", expire_date=LONG
    ),
    "forget finished tasks": lambda: put(
        DBTaskResult, status="SUCCESSFUL", finished_at=SOON - DAY, args_kwargs={}
    ),
    "forget what messages said": old_event,
    "forget old messages": old_event,
    "forget reminders": lambda: put(
        Reminder, asked_at=LONG, told_at=LONG, sent_at=LONG, slot=make.slot(make.festival())
    ),
    "forget places in the queue": lambda: put(Place, asked_at=LONG),
    "forget limits": lambda: put(RateLimitCount, until=LONG),
    "forget tries of vouchers": lambda: put(VoucherTry, at=LONG),
    "forget searches in vain": lambda: put(ZeroResultSearch, day=LONG.date(), last_at=LONG),
    "forget refusals": lambda: put(Refused, at=LONG),
    "forget looks at pages": lambda: put(ProbeResult, at=LONG),
    "forget what failed": lambda: put(FailedJob, closed_at=LONG, first_at=LONG, last_at=LONG),
    "forget old sheets": lambda: put(NominationSpreadsheet, at=LONG),
    "forget sheets of products": lambda: put(CatalogueSpreadsheet, at=LONG, state="refused"),
    "forget columns of sheets": lambda: put(ColumnMemory, at=LONG),
    "forget what was done at doors": lambda: put(DoorEntry, key=uuid4(), taken_at=LONG),
    "forget needs of guests": lambda: put(GuestNeeds, until=LONG),
    "forget old bulk approvals": lambda: put(BulkApproval, at=LONG, ended_at=LONG),
    "forget files of payouts": lambda: put(
        PayoutBatch, currency="USD", exported_at=LONG, content=b"x"
    ),
    "forget accounts of stores": lambda: put(
        PayoutMethod, state="closed", closed_at=LONG, masked="•••• 4471"
    ),
    "forget certificates": lambda: put(Certification, state="ended", decided_at=LONG),
    "forget applications": lambda: old_application("declined"),
    "forget identity papers": lambda: old_application("approved"),
    "forget notices": lambda: put(ContentReport, state="acted", decided_at=LONG, answer="x"),
    "forget looks": lambda: put(LaterReview, looked_at=LONG),
    "forget pictures of returns": old_return,
    "forget files being checked": lambda: put(
        IncomingFile,
        received_at=LONG,
        content=b"a",
        return_line=None,
        application=old_application("sent"),
    ),
    "forget images of forms": lambda: put(DraftImage, at=LONG, content=b"a"),
    "forget pictures to share": lambda: put(ShareKit, asked_at=LONG),
    "forget visits by links": lambda: put(ShareDay, day=LONG.date(), link=put(ShareLink, path="/")),
    "forget files half written": old_part,
}


@pytest.fixture(autouse=True)
def at_noon(clock_at):
    clock_at(NOON)


def found(name):
    return next(row for row in retention_report(at=NOON) if row.name == name)


def said(*words):
    out = StringIO()
    call_command("retention_report", *words, stdout=out)
    return out.getvalue()


def test_every_rule_has_its_condition_and_its_row():
    names = [rule.name for rule in RULES]

    assert list(KINDS) == names
    assert list(MAKERS) == names


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_row_that_is_too_old_is_found_until_its_rule_takes_it_away(rule):
    assert found(rule.name).overdue == 0
    MAKERS[rule.name]()

    assert found(rule.name).overdue == 1
    with pytest.raises(CommandError, match="Kept too long"):
        said()
    rule.use_case(at=NOON)
    assert found(rule.name).overdue == 0


def test_what_is_over_since_today_is_not_overdue_yet():
    put(RateLimitCount, until=NOON - GRACE + timedelta(minutes=1))

    assert found("forget limits").overdue == 0
    assert found("forget limits").kept == 0
    put(RateLimitCount, name="other", until=NOON - GRACE - timedelta(minutes=1))
    assert found("forget limits").overdue == 1


def test_what_the_law_keeps_stays_and_is_said():
    order = ordered(ends="paid")
    later = NOON + 100 * DAY
    Contact.objects.filter(pk=order.contact_id).update(made_at=NOON)
    forget_contacts(at=later)

    row = next(row for row in retention_report(at=later) if row.name == "forget contacts")

    assert (row.overdue, row.kept) == (0, 1)
    assert "documents" in row.why


def test_a_contact_of_an_order_that_was_not_paid_goes_90_days_after_its_end():
    order = ordered(ends="expired")
    ended = Order.objects.get(pk=order.pk).ended_at
    made = ended - timedelta(hours=1)
    Contact.objects.filter(pk=order.contact_id).update(made_at=made)
    forget_contacts(at=made + UNPAID_FOR + timedelta(minutes=1))  # its order is too young
    assert Contact.objects.get().blanked_at is None

    forget_contacts(at=ended + UNPAID_FOR + timedelta(minutes=1))

    assert Contact.objects.get().blanked_at


def test_a_contact_that_its_rule_passed_over_is_found():
    order = ordered(ends="expired")
    at = Order.objects.get(pk=order.pk).ended_at + UNPAID_FOR + GRACE + DAY
    Contact.objects.update(made_at=NOON, judged_at=at - DAY)

    row = next(row for row in retention_report(at=at) if row.name == "forget contacts")

    assert row.overdue == 1


@pytest.mark.django_db(transaction=True)
def test_the_beat_counts_what_went():
    for n in range(3):
        put(RateLimitCount, name=str(n), until=LONG)
    [piece] = [piece for piece in ROUNDS if piece.name == "forget limits"]
    for _ in range(2):
        Command()._run(0, piece, at=NOON)

    assert found("forget limits").gone == 3


def test_what_went_is_counted_for_30_days():
    note_gone("forget looks", 2, at=NOON)
    note_gone("forget looks", 5, at=NOON + 10 * DAY)
    assert gone_lately(at=NOON + 10 * DAY)["forget looks"] == 7
    assert gone_lately(at=NOON + 35 * DAY)["forget looks"] == 5
    note_gone("forget looks", 1, at=NOON + 41 * DAY)
    assert gone_lately(at=NOON + 41 * DAY)["forget looks"] == 1


def test_organizers_see_on_the_panel_what_is_kept_too_long():
    put(RateLimitCount, until=LONG)
    assert look_at_what_is_kept(at=NOON) == 1
    seen = {row.name: row for row in readings(Check.objects.all(), at=NOON)}["kept"]
    assert (seen.title, seen.standing) == ("Data kept for a time", "bad")
    assert seen.words == "Kept too long: 1 × counts of limits"
    next(rule for rule in RULES if rule.name == "forget limits").use_case(at=NOON)

    assert look_at_what_is_kept(at=NOON) == 0

    seen = {row.name: row for row in readings(Check.objects.all(), at=NOON)}["kept"]
    assert (seen.standing, seen.words) == ("good", "Nothing is kept longer than its rule says.")
    late = {row.name: row for row in readings(Check.objects.all(), at=NOON + 27 * HOUR)}["kept"]
    assert late.standing == "bad"


def test_one_kind_that_cannot_be_looked_at_stops_no_other(monkeypatch):
    def fails(_at):
        raise OSError

    monkeypatch.setitem(KINDS, "forget files half written", Kind(fails))
    assert look_at_what_is_kept(at=NOON) == 0
    seen = Check.objects.get(name="kept")
    assert (seen.standing, seen.words) == ("warn", "1 of 33 kinds could not be looked at.")
    assert FailedJob.objects.get().key == "forget files half written"
    put(RateLimitCount, until=LONG)

    assert look_at_what_is_kept(at=NOON) == 1

    assert Check.objects.get(name="kept").words == "Kept too long: 1 × counts of limits"


@pytest.mark.django_db(transaction=True)
def test_the_first_round_takes_away_before_it_looks(sandbox):
    put(RateLimitCount, until=LONG)

    call_command("beat", once=True, part="rest")

    assert Check.objects.get(name="kept").standing == "good"


def test_while_all_is_well_it_looks_once_a_day_and_never_too_late():
    look_at_what_is_kept(at=NOON)
    put(RateLimitCount, until=LONG)
    assert look_at_what_is_kept(at=NOON + 22 * HOUR) == 0

    assert look_at_what_is_kept(at=NOON + A_DAY) == 1

    [piece] = [piece for piece in ROUNDS if piece.use_case is look_at_what_is_kept]
    at_the_slowest = piece.every * 4 * timedelta(seconds=SECONDS_BETWEEN)
    assert A_DAY + at_the_slowest < TOO_OLD["kept"]


def test_it_is_read_by_people_and_machines():
    note_gone("forget limits", 12, at=NOON)

    text, facts = said(), json.loads(said("--json"))

    assert "ok counts of limits: when they are over" in text
    assert "overdue 0, stay 0, gone in 30 days 12" in text
    assert "People erased in 30 days: 0." in text
    assert len(facts["kinds"]) == len(RULES)
    assert facts["people_erased"] == 0
    [limits] = [row for row in facts["kinds"] if row["name"] == "forget limits"]
    assert (limits["overdue"], limits["kept"], limits["gone"]) == (0, 0, 12)
    put(RateLimitCount, until=LONG)
    with pytest.raises(CommandError, match=r"Kept too long: counts of limits\."):
        said("--json")
