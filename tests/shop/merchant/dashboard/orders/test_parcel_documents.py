"""Papers of a parcel: what lies in it, where it goes, and what customs ask for."""

import json
from io import BytesIO

import pytest
import typst
import zxingcpp
from django.db import transaction
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from shop.catalogue.delivery.models import Contact
from shop.orders import end
from shop.orders.documents.pdf import fonts
from shop.orders.documents.sending.barcode import barcode
from shop.orders.documents.sending.facts import declaration, slips
from shop.orders.documents.sending.pdf import HERE
from shop.orders.models import Suborder
from tests import make
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.orders.documents.sold import refund

pytestmark = pytest.mark.django_db


def sold(desk, wanted, **facts):
    order = make.order(wanted)
    Contact.objects.filter(pk=order.contact_id).update(**facts)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    order.refresh_from_db()
    return order.suborders.get()


@pytest.fixture
def part(desk):
    """Two kettles of 500 g for somebody in Changsha."""
    product = make.product(of=desk.merchant, title="Copper kettle", hs_code="7418.10", origin="KE")
    kettle = make.variant(20_00, of=product, options=["Red"])
    return sold(
        desk, {kettle: 2}, name="王小明", line1="人民路 1 号", city="长沙市", phone="+86 10 1"
    )


def text_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    reader = PdfReader(BytesIO(answer.content))
    words = "\n".join(page.extract_text() for page in reader.pages)
    # Marks of direction are set around what people wrote.
    return reader, words.replace("\u2068", "").replace("\u2069", "")


def paper(client, part, kind):
    return text_of(client.get(f"/merchant/orders/{part.pk}/{kind}.pdf"))


def test_a_slip_names_what_is_packed_and_no_price(client, desk, part):
    reader, words = paper(client, part, "slip")

    assert len(reader.pages) == 1
    for said in ("Packing slip", part.order.number, "Copper kettle", "Red", "人民路 1 号",
                 desk.merchant.name):  # fmt: skip
        assert said in words
    assert "20.00" not in words
    assert "40.00" not in words


def test_a_slip_is_in_the_language_of_the_shopper(client, desk, part):
    part.order.language = "fr"
    part.order.save()

    words = paper(client, part, "slip")[1]
    assert words.index("Bon de préparation") < words.index("Packing slip")


def test_what_the_shopper_read_stands_above_what_the_store_calls_it(client, desk, part):
    part.lines.update(shown_title="紅銅壺", shown_options=["紅色"])
    part.order.language = "zh-hans"
    part.order.save()

    words = paper(client, part, "slip")[1]

    assert words.index("紅銅壺") < words.index("Copper kettle, Red")
    part.lines.update(shown_title="", shown_options=[])
    assert slips([Suborder.objects.get(pk=part.pk)])[0]["rows"][0][2] == ""


def test_words_stand_once_where_store_and_shopper_read_one_language(client, desk, part):
    assert slips([part])[0]["beneath"] == {}
    assert paper(client, part, "slip")[1].count("Packing slip") == 1


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_scanner_reads_the_sku_off_a_slip(desk, part, language):
    part.lines.update(sku="BF-NDK-002/red")
    part.order.language = language

    given = {"sheets": json.dumps(slips([part])), "kind": "slip"}
    page = typst.compile(HERE / "slip.typ", root=HERE, font_paths=fonts(), format="png", ppi=200,
                         sys_inputs=given)  # fmt: skip
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(page)).convert("L"))

    assert (found.text, found.format) == ("BF-NDK-002/red", zxingcpp.BarcodeFormat.Code128)


@pytest.mark.parametrize("sku", ["紅銅壺", "x" * 40, ""])
def test_a_sku_that_has_no_barcode_stands_in_letters_alone(client, part, sku):
    part.lines.update(sku=sku)

    assert barcode(sku) == ("", 0)
    assert sku in paper(client, part, "slip")[1]


def test_a_label_is_as_large_as_it_says_and_names_both_ends(client, desk, part):
    reader, words = paper(client, part, "label-a6")

    width, height = (round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:])
    assert (width, height) == (105, 148)
    for said in ("王小明", "长沙市", "China", desk.merchant.name, "+86 10 1", part.order.number):
        assert said in words


@pytest.mark.parametrize("kind", ["cn22", "cn23"])
def test_a_declaration_says_what_customs_ask_for(client, part, kind):
    _reader, words = paper(client, part, kind)

    for said in (kind.upper(), "Copper kettle", "1.000", "40.00", "7418.10", "Kenya", "USD",
                 "2027-05-12"):  # fmt: skip
        assert said in words


def test_what_was_refunded_is_not_in_the_parcel(desk, part):
    line = part.lines.get()
    refund(part.order, {line: 1})

    sheet = declaration(part, at=NOON.date())

    assert sheet["rows"] == [["Copper kettle", "1", "0.500", "20.00", "7418.10", "Kenya"]]
    assert (sheet["weight"], sheet["value"]) == ("0.500", "20.00")
    assert slips([part])[0]["rows"][0][-1] == "1"


def test_the_page_leads_to_them_and_says_what_is_missing(client, desk, part):
    page = client.get(f"/merchant/orders/{part.pk}/").text
    assert f"/merchant/orders/{part.pk}/cn22.pdf" in page
    assert "is missing" not in page
    part.lines.get().product.__class__.objects.update(hs_code="", origin="")

    page = client.get(f"/merchant/orders/{part.pk}/").text

    assert "Copper kettle: the customs code is missing." in page
    assert "Copper kettle: the country of origin is missing." in page


def test_a_parcel_within_the_country_needs_no_declaration(client, desk, part):
    Contact.objects.filter(pk=part.order.contact_id).update(country="KE")

    page = client.get(f"/merchant/orders/{part.pk}/").text

    assert "cn22.pdf" not in page
    assert "slip.pdf" in page
    assert client.get(f"/merchant/orders/{part.pk}/cn23.pdf").status_code == 404


def test_a_packer_prints_slips_and_labels_and_reads_no_amount(client, desk, part):
    client.force_login(make.member(desk.merchant, role="packer"))

    assert "cn23.pdf" not in client.get(f"/merchant/orders/{part.pk}/").text
    assert client.get(f"/merchant/orders/{part.pk}/cn23.pdf").status_code == 403
    assert client.get(f"/merchant/orders/{part.pk}/label-a6.pdf").status_code == 200


def test_for_what_must_not_be_sent_nothing_is_printed(client, desk, part):
    Suborder.objects.filter(merchant=desk.merchant).update(stopped_at=NOON)

    assert client.get(f"/merchant/orders/{part.pk}/slip.pdf").status_code == 404
    assert "slip.pdf" not in client.get(f"/merchant/orders/{part.pk}/").text
    answer = client.get(desk.address("{store}/orders/label-a4s.pdf"), follow=True)
    assert "No orders to send." in answer.text


def test_slips_and_labels_of_all_that_is_to_be_sent_make_one_file(client, desk, part):
    kettle = part.lines.get().variant
    for _n in range(4):
        sold(desk, {kettle: 1})
    waiting = 6  # with the one that the store began with

    slip, words = text_of(client.get(desk.address("{store}/orders/slips.pdf")))
    label, _words = text_of(client.get(desk.address("{store}/orders/label-a4s.pdf")))

    assert len(slip.pages) == waiting
    assert len(label.pages) == 2
    assert part.order.number in words


def test_without_a_parcel_to_send_the_list_says_so(client, desk):
    desk.merchant.suborders.update(state="delivered")

    answer = client.get(desk.address("{store}/orders/slips.pdf"), follow=True)

    assert "No orders to send. Well done." in answer.text


def test_what_somebody_wrote_is_never_a_command(client, desk):
    evil = '#set page(width: 1pt) #read("/etc/passwd") $x$ *b* \\ " ' + EVIL
    product = make.product(of=desk.merchant, title=evil[:150], hs_code="7418.10", origin="KE")
    part = sold(desk, {make.variant(20_00, of=product): 1}, name=evil[:100], line1="]#panic()[")

    for kind in ("slip", "label-a6", "label-a4", "cn22", "cn23"):
        _reader, words = paper(client, part, kind)
        assert "#panic()" in words or kind == "cn22"
        assert "root:" not in words


def test_of_somebody_who_was_erased_nothing_is_printed(client, part):
    Contact.objects.filter(pk=part.order.contact_id).update(blanked_at=NOON)

    assert client.get(f"/merchant/orders/{part.pk}/slip.pdf").status_code == 404
    assert "slip.pdf" not in client.get(f"/merchant/orders/{part.pk}/").text


def test_strangers_get_none(part):
    stranger = Client()
    stranger.force_login(make.member(make.merchant()))
    for kind in ("slip", "label-a6", "cn23"):
        assert stranger.get(f"/merchant/orders/{part.pk}/{kind}.pdf").status_code == 404
