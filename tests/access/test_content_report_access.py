"""Reporting something, and how a report stands, have no barriers; nor has the desk's queue."""

from shop.core import clock
from shop.merchant.content_reports.decide import decide
from shop.merchant.content_reports.models import ContentReport
from shop.merchant.content_reports.write import Reported, report
from shop.merchant.moderation import take_down
from shop.merchant.moderation.models import LaterReview
from tests import make, pages
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.shop.merchant.dashboard.desk import EVIL


def test_reports_have_no_barriers(stage, inspector):
    pages.home()
    at = clock.now()
    kettle = make.product(title=EVIL[:60])
    said = Reported("unsafe", EVIL, EVIL[:60], "lin@example.org", "ar")
    waits, done = (report(kettle.merchant, kettle, said, at=at) for _ in range(2))
    judge = organizer()
    decide(done.pk, "nothing", EVIL, at=at, by=judge)
    form = f"/report/product/{kettle.slug}/"

    inspector.visit(form, f"/ar{form}", f"/fr/report/store/{kettle.merchant.slug}/")
    inspector.visit(*(f"/ar/report/{row.pk}/{row.secret}/" for row in (waits, done)))
    inspector.page.goto(form)
    inspector.page.get_by_role("button", name="Send the report").click()
    inspector.look("what is missing")
    take_down.take_down(kettle, EVIL, at=at, by=judge)
    sign_in(inspector.page, make.member(kettle.merchant).email, "/merchant/")
    inspector.visit(f"/merchant/{kettle.merchant.slug}/products/{kettle.pk}/object/")
    inspector.page.context.clear_cookies()
    sign_in(inspector.page, judge.email, "/organize/")
    inspector.within = "main"
    inspector.visit("/organize/notices/", f"/organize/notices/{waits.pk}/")
    shown = {"name": "Name", "before": [[True, EVIL]], "after": [[True, "Kettle"]]}
    later = LaterReview.objects.create(
        merchant=kettle.merchant, product=make.product(of=kettle.merchant), shown=[shown], at=at
    )
    inspector.visit(
        "/organize/changes/later/", f"/organize/changes/later/{later.pk}/",
        f"/organize/stores/{kettle.merchant_id}/trust/",
    )  # fmt: skip

    assert ContentReport.objects.count() == 2
    assert inspector.found == []
