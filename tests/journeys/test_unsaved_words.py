"""Words that were typed and not saved are not left without a question."""

from tests import make
from tests.browsing.steps import sign_in
from tests.journeys.ways import journey

pytestmark = journey


def ask(page):
    """Leave a page by a link; return what was asked, which is answered with staying."""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("link", name="Overview").click(no_wait_after=True)
    page.wait_for_timeout(0)
    return asked


def test_typed_words_are_asked_about_and_saved_ones_are_not(stage, page):
    store = make.merchant(name="Adire House", slug="adire-house")
    member = make.member(store, "folake@example.org")
    product = make.product(of=store, state="draft", title="Throw")
    here = f"/merchant/{store.slug}/products/{product.pk}/"
    sign_in(page, member.email, here)

    name = page.get_by_label("Name", exact=True)
    name.fill("Throw in indigo")
    assert ask(page) == ["beforeunload"]
    assert page.url.endswith(here)
    assert name.input_value() == "Throw in indigo"

    name.fill("Throw")  # as it was
    page.get_by_role("link", name="Overview").click()
    page.wait_for_url(f"**/merchant/{store.slug}/")

    page.goto(here)
    name.fill("")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Enter a name").first.wait_for()
    assert ask(page) == ["beforeunload"]  # a refusal has saved nothing

    name.fill("Throw in indigo")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Your changes are saved.").wait_for()
    page.get_by_role("link", name="Overview").click()
    page.wait_for_url(f"**/merchant/{store.slug}/")
