"""What a swindler does, and what shoppers can read of it."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile

from shop.catalogue.models import Category
from tests.hostile_files import picture
from tests.shop.merchant.dashboard.products.test_edit import form_of

TELEPHONE = "+254 700 000000"
COUNTERFEIT = {
    "title": "Rolex Submariner", "summary": f"Call {TELEPHONE}",
    "description": f"Real gold. Only by telephone: {TELEPHONE}.", "tags": "rolex",
    "materials": "gold",
}  # fmt: skip


def as_(client, user):
    client.force_login(user)
    return client


def rewrite(client, kettle, own):
    """Make a counterfeit of a kettle: words, category and pictures."""
    watches, _ = Category.objects.get_or_create(path="watches", defaults={"name": "Watches"})
    sent = form_of(client, own) | COUNTERFEIT | {"category": watches.pk}
    assert client.post(own, sent).status_code == 302
    file = SimpleUploadedFile("rolex.jpg", picture(), "image/jpeg")
    client.post(f"{own}pictures/", {"files": [file], "alt": "A Rolex"})
    old = kettle.shown_pictures.get().picture_id
    client.post(f"{own}pictures/{old}/", {"do": "remove"})


def shown(client, kettle) -> str:
    """Return all that a shopper can read of a product, as it is kept for everybody."""
    client.logout()
    where = [
        f"/products/{kettle.slug}/", f"/fr/products/{kettle.slug}/", "/products/", "/",
        "/products/?q=kettle", "/products/?q=rolex", "/products/?category=watches",
        f"/stores/{kettle.merchant.slug}/", "/suggestions/?q=rol", "/suggestions/?q=kett",
    ]  # fmt: skip
    return "\n".join(client.get(address).text for address in where)


def page_of(client, kettle):
    client.logout()
    return client.get(f"/products/{kettle.slug}/")


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen)" value="([^"]*)"', page))


def assert_clean(page: str) -> None:
    """Find the old words on the pages of the shop, and nothing of the counterfeit."""
    assert "Copper kettle" in page
    assert not re.search(f"Rolex|{re.escape(TELEPHONE)}", page.replace("?q=rolex", ""))
