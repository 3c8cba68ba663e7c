"""The square of a ticket is read from a photograph, as a telephone takes one."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFilter

from shop.orders.tickets.models import Ticket
from shop.orders.tickets.qr import as_png
from shop.orders.tickets.squares import code_in
from tests import make
from tests.shop.orders.tickets import visits
from tests.shop.orders.tickets.visits import bought

pytestmark = pytest.mark.django_db
HERE = "/merchant/tickets/photo/"


def photograph(square: bytes, *, turned: int = 0, size=(1600, 1200), kind="JPEG") -> bytes:
    """Return a picture of a desk on which a turned, slightly blurred square lies."""
    drawn = Image.open(BytesIO(square)).convert("RGB").resize((420, 420))
    drawn = drawn.rotate(turned, expand=True, fillcolor="white").filter(ImageFilter.GaussianBlur(1))
    desk = Image.new("RGB", size, "#8a8072")
    desk.paste(drawn, (size[0] // 3, size[1] // 4))
    made = BytesIO()
    desk.save(made, kind)
    return made.getvalue()


@pytest.fixture
def ticket(client, till):
    adult, *_rest = visits.session()
    bought(till, {adult: 1})
    client.force_login(visits.host_of(adult))
    return Ticket.objects.get()


def send(client, content: bytes, name="photo.jpg"):
    return client.post(HERE, {"photo": SimpleUploadedFile(name, content, "image/jpeg")})


@pytest.mark.parametrize("turned", [0, 13, 90, 181])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_leads_to_the_ticket(client, ticket, turned, kind):
    answer = send(client, photograph(as_png(ticket), turned=turned, kind=kind))

    assert answer.url == f"/merchant/tickets/{ticket.code}/"


def test_a_ticket_of_another_host_is_not_one_of_theirs(client, ticket):
    client.force_login(make.member(visits.merchant()))

    answer = send(client, photograph(as_png(ticket)))

    assert answer.status_code == 422
    assert "not one of a ticket of yours" in answer.text


def test_a_picture_without_a_square_says_what_to_do(client, ticket):
    empty = BytesIO()
    Image.new("RGB", (800, 600), "#8a8072").save(empty, "JPEG")

    answer = send(client, empty.getvalue())

    assert answer.status_code == 422
    assert "No square can be seen on it" in answer.text


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\xff\xd8\xff" + b"x" * 500])
def test_what_is_no_picture_is_refused_with_a_sentence(client, ticket, content):
    answer = send(client, content)

    assert answer.status_code == 422
    assert 'id="photo-error"' in answer.text


def test_a_form_without_a_file_asks_again(client, ticket):
    assert client.post(HERE).status_code == 422


def test_a_square_that_is_no_ticket_gives_no_code():
    import qrcode  # noqa: PLC0415

    made = BytesIO()
    qrcode.make("https://example.org/prize").save(made, "PNG")

    assert code_in(photograph(made.getvalue())) == ""


def test_who_comes_back_to_the_address_of_photographs_finds_the_page(client, ticket):
    assert client.get(HERE).url == "/merchant/tickets/"
