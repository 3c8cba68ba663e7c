import pytest

from shop.merchant.moderation.models import PendingChange
from shop.people.merchants.models import Merchant
from tests import make
from tests.cms.dashboard.counterfeits.steps import as_, hidden, rewrite
from tests.cms.dashboard.people import organizer


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def kettle():
    """Put a kettle on sale that somebody approved."""
    made = make.variant(20_00, of=make.product(title="Copper kettle", description="It sings."))
    make.shown_picture(made.product, alt="A kettle on a table")
    make.listed(made.product)
    return made.product


@pytest.fixture
def swindler(kettle):
    return make.member(kettle.merchant)


@pytest.fixture
def own(kettle):
    return f"/merchant/{kettle.merchant.slug}/products/{kettle.pk}/"


@pytest.fixture
def refused(client, kettle, swindler, own):
    """Rewrite the kettle, and refuse that."""
    rewrite(as_(client, swindler), kettle, own)
    desk, where = as_(client, organizer()), f"/organize/changes/{PendingChange.objects.get().pk}/"
    desk.post(where, hidden(desk.get(where).text) | {"refuse": "", "note": "A counterfeit."})


@pytest.fixture
def down(client, refused, kettle):
    """Take the kettle down after that."""
    where = f"/organize/new-products/{kettle.pk}/take-down/"
    as_(client, organizer("reviewer")).post(where, {"reason": "Its store sells counterfeits."})


@pytest.fixture
def store(kettle):
    """Let a store tell of itself."""
    rows = Merchant.objects.filter(pk=kettle.merchant_id)
    rows.update(story="We beat copper.", tagline="It sings.")
    return rows.get()


@pytest.fixture
def profile(store):
    return f"/merchant/{store.slug}/profile/"
