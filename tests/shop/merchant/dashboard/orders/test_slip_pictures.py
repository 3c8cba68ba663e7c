"""A slip shows what is packed: small pictures, each once, and none that would stop the slip."""

import json
import socket
from io import BytesIO
from threading import Event

import pytest
import typst
import zxingcpp
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pypdf import PdfReader

from shop.core.images.storage import WholeFiles
from shop.merchant.dashboard.orders.parcel_documents import MOST
from shop.orders import end
from shop.orders.documents.pdf import fonts
from shop.orders.documents.sending import pictures
from shop.orders.documents.sending.facts import slips
from shop.orders.documents.sending.pdf import HERE
from shop.orders.models import OrderLine
from shop.storefront.listings.models import Listing
from tests import make
from tests.hostile_files import picture
from tests.make import NOON

pytestmark = pytest.mark.django_db
GARBAGE = b"\xff\xd8\xff" + b"not a picture" * 100
NEVER_READ = [
    GARBAGE, picture()[:3_000], picture("PNG"), picture(size=(4_000, 1_200)), b"",
    picture() + b"\0" * pictures.MOST_BYTES,
]  # fmt: skip
opened: list[str] = []


class CountedFiles(WholeFiles):
    """Files that know how often they were opened."""

    def _open(self, name, mode="rb"):
        opened.append(name)
        return super()._open(name, mode)


class SlowFiles(WholeFiles):
    """Files that come when the test has its slip, or after some seconds."""

    has_slip = Event()

    def _open(self, name, mode="rb"):
        self.has_slip.wait(10)
        return super()._open(name, mode)


@pytest.fixture(autouse=True)
def _counted(settings):
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{__name__}.CountedFiles"}}
    opened.clear()


def kept(name, content=None, *, size=(320, 240), colour="red"):
    """Keep a picture as the shop makes them, or any bytes, and return its address."""
    if content is None:
        made = BytesIO()
        Image.new("RGB", size, colour).save(made, "JPEG", progressive=True)
        content = made.getvalue()
    return default_storage.url(default_storage.save(f"sizes/{name}.jpg", ContentFile(content)))


def packed(desk, *addresses, title="Copper kettle", **facts):
    """Sell one unit of a product for each picture, all in one parcel."""
    kettles = [make.variant(20_00, of=make.product(of=desk.merchant, title=f"{title} {n}"))
               for n in range(len(addresses))]  # fmt: skip
    order = make.order(dict.fromkeys(kettles, 1), **facts)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    for kettle, address in zip(kettles, addresses, strict=True):
        order.lines.filter(variant=kettle).update(picture=address)
    return order.suborders.get()


def read(answer):
    """Return the PDF, and what is in it of pictures: their sizes, each file once."""
    assert answer.status_code == 200, answer.text
    reader = PdfReader(BytesIO(answer.content))
    every = (reader.get_object(n) for n in range(1, reader.trailer["/Size"]))
    found = [one for one in every if isinstance(one, dict) and one.get("/Subtype") == "/Image"]
    return reader, sorted((one["/Width"], one["/Height"]) for one in found)


def slip(client, part):
    return read(client.get(f"/merchant/orders/{part.pk}/slip.pdf"))


def test_a_slip_shows_the_picture_that_was_sold_with_words_for_it(client, desk):
    part = packed(desk, kept("red"), kept("blue", size=(320, 480), colour="blue"))

    reader, shown = slip(client, part)

    assert shown == [(133, 200), (200, 150)]
    alts = {one.get("/Alt") for one in map(reader.get_object, range(1, reader.trailer["/Size"]))
            if isinstance(one, dict)}  # fmt: skip
    assert {"Copper kettle 0", "Copper kettle 1"} <= alts
    assert "Copper kettle 0" in reader.pages[0].extract_text()


@pytest.mark.parametrize("content", NEVER_READ)
def test_a_faulty_picture_is_left_out_and_stops_nothing(client, desk, content):
    part = packed(desk, kept("faulty", content), kept("red"))

    reader, shown = slip(client, part)

    assert shown == [(200, 150)]
    assert "Copper kettle 0" in reader.pages[0].extract_text()


@pytest.mark.parametrize(
    "address", ["", "/media/sizes/gone.jpg", "/media/../../etc/passwd", "https://example.org/a.jpg"]
)
def test_where_the_picture_that_was_sold_is_lost_the_one_of_now_is_shown(client, desk, address):
    part = packed(desk, address)
    assert slip(client, part)[1] == []

    product = part.lines.get().product
    make.listed(product)
    Listing.objects.filter(product=product).update(picture={"small": kept("now")})

    assert slip(client, part)[1] == [(200, 150)]


def test_no_slip_waits_for_a_store_of_files_that_is_silent(client, desk, settings, monkeypatch):
    part = packed(desk, kept("red"))
    monkeypatch.setattr(pictures, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes calls, and says nothing
        where = f"http://127.0.0.1:{silent.getsockname()[1]}"
        bucket = {"bucket_name": "b", "endpoint_url": where, "access_key": "a", "secret_key": "b"}
        settings.STORAGES = settings.STORAGES | {
            "default": {"BACKEND": "shop.core.images.bucket.BucketFiles", "OPTIONS": bucket}
        }

        reader, shown = slip(client, part)

        assert shown == []
        assert "Copper kettle 0" in reader.pages[0].extract_text()
        silent.settimeout(20)
        silent.accept()[0].close()  # it was asked


def test_a_picture_that_comes_late_is_left_out(client, desk, settings, monkeypatch):
    part = packed(desk, kept("red"))
    monkeypatch.setattr(pictures, "PATIENCE", 0.2)
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{__name__}.SlowFiles"}}

    late = slip(client, part)[1]
    SlowFiles.has_slip.set()
    monkeypatch.setattr(pictures, "PATIENCE", 30)

    assert late == []
    assert slip(client, part)[1] == [(200, 150)]


def test_fifty_slips_read_and_hold_each_picture_once(client, desk):
    red, blue = kept("red"), kept("blue", colour="blue")
    first = packed(desk, red, blue)
    where = desk.address("{store}/orders/slips.pdf")
    with CaptureQueriesContext(connection) as few:
        size = len(client.get(where).content)
    kettle = first.lines.first().variant
    for _n in range(MOST):
        order = make.order({kettle: 1})
        with transaction.atomic():
            end.mark_paid(end.lock(order.pk), at=NOON)
    OrderLine.objects.filter(order__suborders__merchant=desk.merchant).update(picture=red)
    first.lines.filter(product__title="Copper kettle 1").update(picture=blue)
    opened.clear()

    with CaptureQueriesContext(connection) as many:
        answer = client.get(where)
    reader, shown = read(answer)

    assert len(reader.pages) == MOST
    assert shown == [(200, 150)] * 2
    assert sorted(opened) == ["sizes/blue.jpg", "sizes/red.jpg"]
    assert len(many) <= len(few)
    assert len(answer.content) < size + MOST * 8_000  # the page of a slip, and no picture


def test_more_pictures_than_a_file_of_slips_takes_are_not_read(client, desk, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PICTURES", 2)
    part = packed(desk, *(kept(f"n{n}", colour=(n * 60, 0, 0)) for n in range(4)))

    assert len(slip(client, part)[1]) == len(opened) == 2


@pytest.mark.parametrize("sku", ["BF-NDK-002/red", "BF-NDK-002/red/large/of-clay"])
def test_a_scanner_reads_the_sku_beside_a_picture_and_beneath_it(desk, sku):
    part = packed(desk, kept("red"))
    part.lines.update(sku=sku)
    found = pictures.pictures_of(part.lines.all())

    given = {"sheets": json.dumps(slips([part], None, found.of_lines)), "kind": "slip",
             "pictures": json.dumps(found.drawings)}  # fmt: skip
    page = typst.compile(HERE / "slip.typ", root=HERE, font_paths=fonts(), format="png", ppi=300,
                         sys_inputs=given)  # fmt: skip
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(page)).convert("L"))

    assert code.text == sku
