"""Bringing colleagues in has no barriers: the organizers' screen, and what the link opens."""

from cms.colleagues.invite import invite
from cms.colleagues.models import Invitation
from shop.core import clock
from tests import make, pages
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import GROUPS, grant, organizer
from tests.shop.merchant.dashboard.desk import EVIL


def test_bringing_colleagues_in_has_no_barriers(stage, inspector):
    for group in GROUPS:
        grant(group)
    pages.home()
    judge, known = organizer(), make.user("kofi@example.org", first_name=EVIL[:100])
    known.groups.add(grant("analyst"))
    links = []
    for email in ("ama@example.org", "eve@example.org"):
        invite(email, "reviewer", language="en", at=clock.now(), by=judge)
        links.append(f"/account/invitation/{Invitation.objects.get(email=email).token}/")
    make.user("eve@example.org")
    inspector.page.watch.expect(404)

    inspector.visit(*links, "/account/invitation/nothing/", links[0].replace("/acc", "/ar/acc"))
    sign_in(inspector.page, judge.email, "/organize/")
    inspector.visit(links[0])
    inspector.within = "main"
    pk, here = Invitation.objects.first().pk, "/organize/colleagues/"
    inspector.visit(
        here, f"{here}{known.pk}/role/", f"{here}{known.pk}/close/",
        f"{here}invitations/{pk}/again/",
    )  # fmt: skip

    assert inspector.found == []
