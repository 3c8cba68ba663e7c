"""The page that says how the shop is has no barriers, nor has the desk where it is written."""

import pytest

from shop.core import clock
from shop.reports.incidents.keep import end_incident, keep_update
from shop.reports.incidents.status import forget
from tests import make, pages
from tests.access.test_desk_languages import OTHERS, walk
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.reports.incidents.told import all_well, incident


def told():
    """Tell of three disturbances with hostile words: over, going on, and on top of pages."""
    pages.home()
    at = clock.now()
    all_well(at)
    over, goes_on = incident(at, title=EVIL[:120]), incident(at, on_pages=True, text=EVIL)
    end_incident(over, at=at, by=make.user())
    forget()
    return goes_on, keep_update(goes_on, EVIL, {}, at=at, by=make.user())


def test_the_status_has_no_barriers(stage, inspector):
    told()

    inspector.visit("/status/", "/products/")
    assert inspector.found == []


def test_the_desk_of_disturbances_has_no_barriers(stage, inspector):
    row, added = told()
    sign_in(inspector.page, organizer().email, "/organize/")

    here = f"/organize/disturbances/{row.pk}/"
    inspector.visit("/organize/disturbances/", "/organize/disturbances/new/", here,
                    f"{here}updates/", f"{here}end/",
                    f"/organize/disturbances/updates/{added.pk}/")  # fmt: skip
    assert inspector.found == []


@pytest.mark.long
@pytest.mark.parametrize("language", OTHERS)
def test_the_status_has_no_barriers_in_any_language(stage, inspector, language):
    told()

    walk(inspector, language, ["/status/", "/products/"])
    assert inspector.found == []
