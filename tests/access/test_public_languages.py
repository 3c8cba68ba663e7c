"""What merchants and guests open outside the desk has no barriers in any language, on a phone."""

import pytest

from shop.core import clock
from shop.merchant.academy.models import CompletionCertificate
from shop.merchant.content_reports.decide import decide
from shop.merchant.content_reports.write import Reported, report
from tests import learning, make, pages
from tests.access.test_desk_languages import OTHERS, walk
from tests.access.test_ticket_access import LONG, opened
from tests.browsing.steps import sign_in
from tests.shop.merchant.dashboard.desk import EVIL

pytestmark = pytest.mark.long


@pytest.mark.parametrize("language", OTHERS)
def test_the_academy_has_no_barriers_in_any_language(stage, market, inspector, language):
    awa = make.member(make.merchant(name=LONG))
    done, begun = learning.lesson(f"Photographs {LONG}"), learning.lesson("Prices", order=2)
    pages.translated(done, language, title=f"صور {LONG}", body=learning.body(language))
    learning.certified(awa, done, name=LONG)
    learning.learn(awa, begun, right=3)
    sign_in(inspector.page, awa.email)

    number = CompletionCertificate.objects.get().number
    walk(inspector, language, [f"/learning/certificates/{number}/", "/learning/",
                               f"/learning/{done.slug}/"])  # fmt: skip

    assert inspector.found == []


@pytest.mark.parametrize("language", OTHERS)
def test_reports_have_no_barriers_in_any_language(stage, inspector, language):
    pages.home()
    at = clock.now()
    kettle = make.product(title=EVIL[:60])
    said = Reported("unsafe", EVIL, EVIL[:60], "lin@example.org", language)
    waits, done = (report(kettle.merchant, kettle, said, at=at) for _ in range(2))
    decide(done.pk, "nothing", EVIL, at=at, by=make.user())

    walk(inspector, language, [
        f"/report/product/{kettle.slug}/", f"/report/store/{kettle.merchant.slug}/",
        *(f"/report/{row.pk}/{row.secret}/" for row in (waits, done)),
    ])  # fmt: skip

    assert inspector.found == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_visit_has_no_barriers_in_any_language(stage, inspector, language):
    pages.home()
    visit = opened()
    lin = make.user("lin@example.org")
    visit.order.user = lin
    visit.order.save(update_fields=["user"])
    sign_in(inspector.page, lin.email)
    order = f"/orders/{visit.order.number}/{visit.order.token}/"
    line = visit.order.lines.first()

    walk(inspector, language, [
        f"/products/{visit.product.slug}/", order, f"{order}tickets/",
        f"{order}visits/{line.pk}/needs/",
    ])  # fmt: skip

    assert inspector.found == []
