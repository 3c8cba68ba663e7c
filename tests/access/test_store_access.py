"""Making a store and working for one has no barriers: the desk, the link, and who has none."""

from shop.core import clock
from shop.merchant.dashboard.people import invite
from shop.merchant.moderation import suspend
from shop.people.merchants.models import StoreInvitation
from tests import make, pages
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.shop.merchant.dashboard.desk import EVIL


def test_a_store_and_its_people_have_no_barriers(stage, inspector):
    pages.home()
    make.origin("KE")
    judge, store = organizer(), make.merchant(name=EVIL[:60], city=EVIL[:60], story=EVIL)
    member = make.member(store, "kofi@example.org")
    invite.invite(store, "ama@example.org", language="en", at=clock.now(), by=judge)
    invitation = StoreInvitation.objects.get()
    link = f"/account/store/{invitation.token}/"
    inspector.page.watch.expect(404)

    inspector.visit(link, "/account/store/nothing/", f"/ar{link}")
    sign_in(inspector.page, judge.email, "/organize/")
    inspector.visit("/merchant/")
    inspector.within = "main"
    here, pk = f"/organize/stores/{store.pk}/", member.memberships.get().pk
    inspector.visit(
        "/organize/stores/new/", here, f"{here}edit/", f"{here}invite/", f"{here}suspend/",
        f"{here}people/{pk}/leave/", f"{here}invitations/{invitation.pk}/again/",
    )  # fmt: skip
    suspend.suspend(store, EVIL, at=clock.now(), by=judge)
    inspector.visit(here, f"{here}reopen/")

    assert inspector.found == []


def test_who_has_no_store_and_whose_store_is_suspended_meet_no_barriers(stage, inspector):
    pages.home()
    store, folake = make.merchant(), make.user("folake@example.org", language="ar")
    invite.invite(store, folake.email, language="ar", at=clock.now(), by=make.user())
    sign_in(inspector.page, folake.email, "/merchant/")
    inspector.look("invited")
    invite.accept(StoreInvitation.objects.get().token, folake, at=clock.now())
    suspend.suspend(store, EVIL, at=clock.now(), by=organizer())

    inspector.visit("/merchant/")

    assert inspector.found == []
