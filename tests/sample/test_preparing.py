import pytest

from sample.accounts import provide_accounts
from sample.applying import provide_waiting
from sample.preparing import prepare
from shop.festivals.enrolment.terms import terms_in_force
from shop.festivals.models import Claim, Festival, Fund
from shop.merchant.applications.models import Application, ApplicationDocument
from shop.merchant.content_reports.models import ContentReport
from tests import make
from tests.cms.dashboard.people import organizer
from tests.sample.loaded import DAY_0, flagship, six

pytestmark = pytest.mark.django_db


def test_every_festival_that_takes_stores_has_terms_that_they_accepted(loaded):
    for festival in Festival.objects.all():
        accepted = set(festival.enrolments.values_list("terms_version", flat=True)) - {""}
        assert accepted <= {terms_in_force(festival).version}


def test_a_sponsor_has_promised_the_codes_of_guests(loaded):
    fund = Fund.objects.get(festival=flagship())

    (promotion,) = fund.promotions.all()
    assert fund.committed == promotion.budget
    assert Claim.objects.filter(promotion=promotion, state="available").count() == 200


def test_a_festival_to_come_asks_for_products_and_has_places_left(loaded):
    festival = Festival.objects.get(slug="leaf-bean-and-pod")

    assert festival.wanted.count() == 3
    assert festival.enrolments.filter(state="accepted").count() < festival.max_stores


def test_it_is_prepared_once(loaded):
    assert prepare(six(), by=provide_accounts(at=DAY_0)["organizer"]) == 0


def test_businesses_apply_and_something_is_reported_once():
    for code in ("SN", "ET", "MZ"):
        make.origin(code)
    make.product()
    by = organizer()

    made = [provide_waiting(at=DAY_0, by=by) for _ in range(2)]

    assert made == [5, 0]
    states = dict(Application.objects.values_list("business", "state"))
    assert sorted(states.values()) == ["asked", "sent", "sent"]
    assert ApplicationDocument.objects.count() == 6
    assert ContentReport.objects.get().state == "open"
