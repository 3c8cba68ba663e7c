"""The people of a store have no barriers: who they are, one of them, what a role lacks."""

from shop.core import clock
from shop.merchant.dashboard.people.invite import invite
from tests import make, pages
from tests.browsing.steps import sign_in
from tests.shop.merchant.dashboard.desk import EVIL


def test_a_team_has_no_barriers(stage, inspector):
    pages.home()
    store = make.merchant(name=EVIL[:60])
    owner, packer = make.member(store), make.member(store, "kofi@example.org", role="packer")
    packer.first_name = EVIL[:60]
    packer.save()
    invite(store, "ama@example.org", language="en", at=clock.now(), by=owner)
    sign_in(inspector.page, owner.email, "/merchant/")
    here, pk = f"/merchant/{store.slug}/team/", packer.memberships.get().pk

    inspector.visit(here, f"{here}{pk}/", f"{here}leave/")
    inspector.page.context.clear_cookies()
    sign_in(inspector.page, packer.email, "/merchant/")
    inspector.page.watch.expect(403)
    inspector.visit(here, f"/merchant/{store.slug}/money/")

    assert inspector.found == []
