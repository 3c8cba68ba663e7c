"""Words that were typed and not saved are not left without a question."""

from tests import make
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey

pytestmark = journey


def ask(page):
    """Leave a page by a link; return what was asked, which is answered with staying."""
    return left(page, page.get_by_role("link", name="Overview"))


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


def left(page, link):
    """Press a link of a page with unsaved words; return what was asked, answered with staying."""
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    link.click(no_wait_after=True)
    page.wait_for_timeout(0)
    return asked


def test_who_applies_is_asked_before_typed_words_are_left(stage, page):
    page.goto("/apply/")
    page.get_by_role("main").locator("[name=business]").fill("Adire House")
    here = page.url

    assert left(page, page.get_by_role("banner").get_by_role("link").first) == ["beforeunload"]
    assert page.url == here
    assert page.locator("[name=business]").input_value() == "Adire House"


def test_organizers_are_asked_before_typed_words_are_left_and_saving_asks_nothing(stage, page):
    store = make.merchant(name="Adire House", slug="adire-house")
    here = f"/organize/stores/{store.pk}/edit/"
    page.add_init_script(
        """addEventListener("w-unsaved:watch-edits",
            () => document.documentElement.toggleAttribute("data-watched", true))"""
    )
    sign_in(page, organizer().email, here)
    form = page.locator("form[data-controller=w-unsaved]")
    page.locator("html[data-watched]").wait_for()

    form.locator("[name=city]").fill("Abeokuta")
    page.locator("form[data-w-unsaved-has-edits-value=true]").wait_for()
    assert left(page, page.get_by_role("link", name="Adire House").first) == ["beforeunload"]
    assert page.url.endswith(here)
    form.get_by_role("button").click()
    page.wait_for_url(lambda url: not url.endswith(here))
