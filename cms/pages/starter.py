"""A festival's page to begin with: the blocks that nearly every festival wants, as a draft."""

from __future__ import annotations

from django.db import transaction

from cms.pages.festival import FestivalIndexPage, FestivalPage
from cms.pages.home import HomePage
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.models import Festival
from shop.people.accounts.models import User

TEASER, LIVE, ENDED = "teaser", "live", "ended"


@transaction.atomic
def start_page(festival: Festival, *, by: User) -> FestivalPage:
    """Return the page of a festival, made as a draft if there is none.

    Raises:
        NotPossible: the site has no home page yet.
    """
    festival = lock_one(Festival.objects, festival.pk)
    if known := FestivalPage.objects.filter(festival=festival).first():
        return known
    page = FestivalPage(
        title=festival.title,
        slug=festival.slug,
        festival=festival,
        live=False,
        search_description=festival.texts.get("en", {}).get("tagline", ""),
        body=[
            ("hero", {}),
            ("intro", {"phases": [TEASER, LIVE]}),
            ("slots", {"words": "flash", "phases": [LIVE]}),
            ("vouchers", {"words": "vouchers", "phases": [LIVE]}),
            ("deals", {"words": "shelf", "count": 10}),
            ("tours", {"words": "experiences", "phases": [TEASER, LIVE]}),
            ("stores", {}),
            ("how", {"words": "how"}),
        ],
    )
    _parent().add_child(instance=page)
    page.save_revision(user=by, clean=False)
    return page


def _parent() -> FestivalIndexPage:
    """Return the list of festivals, made if editors have removed it."""
    known = FestivalIndexPage.objects.filter(locale__language_code="en").first()
    if known:
        return known
    home = HomePage.objects.filter(locale__language_code="en").first()
    if home is None:
        raise NotPossible("The site has no home page yet. Make one among the pages first.")
    return home.add_child(instance=FestivalIndexPage(title="Festivals", slug="festivals"))
