from shop.merchant.academy.models import CompletionCertificate
from tests import learning, make, pages
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.make import NOON

LONG = "Anuninterruptedlylongwordthatnoscreenofatelephonecanholdwithoutbreakingit"


def test_the_pages_of_the_academy_have_no_barriers(stage, market, inspector):
    awa, store = make.user(first_name="Awa", last_name=LONG), make.merchant(name=LONG)
    store.memberships.create(user=awa, role="owner", joined_at=NOON)
    done, begun = learning.lesson(f"Photographs {LONG}"), learning.lesson("Prices", order=2)
    new = learning.lesson("Parcels", order=3)
    pages.translated(done, "ar", title="صور", body=learning.body("ar"))
    learning.certified(awa, done, name=LONG)
    learning.learn(awa, begun, right=3)
    address = f"/learning/certificates/{CompletionCertificate.objects.get().number}/"

    inspector.visit(address, f"/ar{address}")
    sign_in(inspector.page, awa.email)
    for prefix in ("", "/ar"):
        inspector.visit(f"{prefix}/learning/")
        inspector.visit(*(f"{prefix}/learning/{page.slug}/" for page in (done, begun, new)))
    inspector.page.goto(f"/learning/{new.slug}/")
    inspector.page.locator("form.quiz").evaluate("form => form.noValidate = true")
    inspector.page.get_by_role("button", name="Send my answers").click()
    inspector.page.get_by_text("Choose an answer to each question.").wait_for()
    inspector.look("without answers")

    assert inspector.found == []


def test_the_lists_of_who_has_learned_what_have_no_barriers(stage, market, inspector):
    awa = make.user(first_name="Awa", last_name=LONG)
    learning.learn(awa, learning.lesson(f"Photographs {LONG}"))
    sign_in(inspector.page, organizer().email, "/organize/")
    inspector.within = "main"

    inspector.visit(*(f"/organize/academy/{part}" for part in ("", "stores/", "people/")))

    assert inspector.found == []
