from cms.models import FestivalPage, HelpPage, LessonPage, StoryPage
from shop.core.images.models import Picture
from tests import pages
from tests.make import NOON

LONG = "An uninterruptedlylongwordthatnoscreenofatelephonecanholdwithoutbreakingit " * 3


def blocks(market, story):
    """Return one block of every kind that has something to show."""
    words = f"<h2>Before jeans</h2><p>{LONG}</p><ul><li>Leaf</li></ul><blockquote>So.</blockquote>"
    session = {"name": LONG[:110], "host": "Ama", "starts_at": NOON, "minutes": 60,
               "stream": "https://example.org/", "products": [market.jar.product]}  # fmt: skip
    return [
        ("hero", {}), ("countdown", {}), ("notice", {"title": "New", "text": LONG}),
        ("slots", {}), ("vouchers", {}), ("deals", {}), ("deals", {"look": "rail"}),
        ("tours", {}), ("picked", {"products": [market.jar.product]}), ("session", session),
        ("pavilion", {"country": "NG", "about": words}), ("stores", {}), ("how", {}),
        ("stories", {"stories": [story]}), ("collections", {}), ("text", {"words": words}),
        ("table", {"rows": "Country|Days\nKenya|4", "caption": "How long"}),
        ("call", {"label": "See the stores", "text": LONG, "address": "/stores/"}),
    ]  # fmt: skip


def test_pages_have_no_barriers(market, inspector):
    picture = Picture.objects.first()
    story = pages.page(StoryPage, title="Two kinds of shea", picture=picture)
    body = blocks(market, story)
    articles = [*body[15:], ("picture", {"picture": picture, "alt": "A jar", "caption": LONG})]
    question = {"question": LONG, "answers": ["One", LONG], "right": 2, "why": LONG}
    festival = pages.page(FestivalPage, festival=market.festival, body=body)
    story.body = articles
    story.save_revision().publish()
    made = [
        festival,
        story,
        pages.page(LessonPage, body=[*articles, ("question", question)], picture=picture),
        pages.page(HelpPage, title=LONG[:90], body=articles),
    ]
    lists = [page.get_parent() for page in made]

    inspector.visit("/help/?q=nothing", "/")
    inspector.visit(*(pages.address(page) for page in [*made, *lists]))
    inspector.visit(*(pages.address(page, "ar") for page in [*made, *lists]))

    assert inspector.found == []
