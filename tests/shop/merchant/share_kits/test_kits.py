"""Pictures and posters that the worker draws, opened again; and when they are given out."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from shop.catalogue.models import Product, ProductPicture, Translation
from shop.core.errors import NotPossible
from shop.core.images.models import Picture
from shop.festivals.models import Enrolment, Festival
from shop.merchant.share_kits import codes, drawing, facts, kits
from shop.merchant.share_kits.draw import SIZES
from shop.merchant.share_kits.models import QUIET, ShareKit, SharePicture
from shop.people.merchants.models import Merchant
from shop.storefront.share_links.models import ShareLink
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
ARABIC = "نعال مراكيس المدببة"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, clock_at):
    settings.MEDIA_ROOT = tmp_path
    clock_at(NOON)


def photograph(product, colour=(200, 30, 30)):
    content = BytesIO()
    Image.new("RGB", (900, 700), colour).save(content, "JPEG")
    made = Picture.objects.create(
        title="Kettle", alt="A kettle", width=900, height=700, collection=make.collection(),
        file=ContentFile(content.getvalue(), name="kettle.jpg"),
        sizes={"jpeg": {"900": "/media/kettle.jpg"}},
    )  # fmt: skip
    return ProductPicture.objects.create(product=product, picture=made, position=0)


@pytest.fixture
def product():
    made = make.product(title="Copper kettle", summary="Boils fast.")
    make.variant(77_31, of=made)
    photograph(made)
    return made


@pytest.fixture
def member(product):
    return make.member(product.merchant)


@pytest.fixture
def coming(product):
    made = make.festival(
        starts_at=NOON + timedelta(days=20), ends_at=NOON + timedelta(days=30), title="Great Fair"
    )
    Enrolment.objects.create(
        festival=made, merchant=product.merchant, state="accepted", commission_bp=0
    )
    return made


def drawn(product, member, *, festival=None, language="en", of_store=False):
    wanted = kits.KitChoice(None if of_store else product, festival, language)
    kit = kits.ask(product.merchant, wanted, at=NOON, by=member)
    run_queued_work()
    kit.refresh_from_db()
    return kit


def files(kit):
    return {row.shape: bytes(row.content) for row in kit.pictures.all()}


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


def told(kit):
    return drawing.present_facts(drawing.kits().get(pk=kit.pk), at=NOON)


def page(client, member, kit, name=""):
    client.force_login(member)
    return client.get(f"/merchant/{kit.merchant.slug}/share/{kit.pk}/{name}")


def test_the_worker_draws_four_pictures_and_a_poster(product, member, coming):
    kit = drawn(product, member, festival=coming)

    made = files(kit)
    assert made.keys() == {"story", "portrait", "square", "wide", "poster"}
    for shape, size in SIZES.items():
        image = opened(made[shape])
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
        assert 10_000 < len(made[shape]) < 400_000
    assert made["poster"].startswith(b"%PDF-")
    assert (kit.is_waiting, kit.made_at.date()) == (False, NOON.date())


def test_they_show_the_photograph_whole_and_the_badge_of_the_festival(product, member, coming):
    plain, badged = (opened(files(drawn(product, member, festival=one))["square"])
                     for one in (None, coming))  # fmt: skip

    def has(image, wanted):
        near = (max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 40
                for pixel in image.resize((108, 108)).get_flattened_data())  # fmt: skip
        return sum(near)

    assert has(plain, (200, 30, 30)) > 2_000
    marigold = (255, 184, 28)
    assert has(badged, marigold) > has(plain, marigold) + 500


@pytest.mark.parametrize("language", ["ar", "zh-hans", "fr", "sw", "pt"])
def test_each_language_is_set_in_its_own_way(product, member, language):
    Product.objects.filter(pk=product.pk).update(titles={"ar": ARABIC, "zh-hans": "铜水壶"})
    Translation.objects.create(
        product=product, language=language, words={"summary": "…"}, changed_at=NOON
    )

    kit = drawn(product, member, language=language)

    assert told(kit).rtl is (language == "ar")
    ink = opened(files(kit)["square"]).crop((60, 60, 1020, 150)).convert("L")
    bright = ink.point(lambda value: 255 if value > 200 else 0).getbbox()
    assert bright is not None
    # Words of a language that is written from the right end at the right edge.
    assert (bright[2] > 940) is (language == "ar")


def test_nothing_of_a_price_is_in_them_least_of_all_of_a_secret_one(product, member, coming):
    Merchant.objects.update(name="Loom")  # not Store 9771, which has digits of the price
    variant = product.variants.get()
    make.deal(variant, during=coming, price=13_37, allotment=5, approved_at=NOON)

    kit = drawn(product, member, festival=coming)

    said = json.dumps([getattr(told(kit), name) for name in facts.KitFacts.__slots__])
    said += facts.post_words(told(kit), "http://x/")
    for digits in ("77", "13.37", "13,37", "1337", "7731"):
        assert digits not in said.replace(told(kit).photo, "").replace(told(kit).address, "")


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_a_festival_that_is_not_announced_is_not_told_of(product, member, coming, state):
    Festival.objects.filter(pk=coming.pk).update(state=state)

    kit = drawn(product, member, festival=coming)

    assert (told(kit).festival, told(kit).days) == ("", "")
    assert coming not in facts.festivals_of(product.merchant, at=NOON)


def test_a_store_that_does_not_take_part_bears_no_badge(product, member, coming):
    Enrolment.objects.update(state="applied")

    assert not facts.festivals_of(product.merchant, at=NOON).exists()


def test_the_dates_stand_with_the_year(product, member, coming):
    kit = drawn(product, member, festival=coming)

    assert told(kit).festival == "Great Fair"
    assert str(coming.starts_at.year) in told(kit).days


def test_pictures_and_poster_have_links_of_their_own_that_stay(product, member):
    first = drawn(product, member)
    again = drawn(product, member)

    assert first.pk == again.pk
    channels = ShareLink.objects.order_by("channel").values_list("channel", flat=True)
    assert list(channels) == ["post", "poster"]
    assert told(first).address != told(first).poster_address


def test_a_kit_that_is_being_drawn_is_not_drawn_twice(product, member):
    wanted = kits.KitChoice(product, None, "en")
    one = kits.ask(product.merchant, wanted, at=NOON, by=member)
    two = kits.ask(product.merchant, wanted, at=NOON + timedelta(seconds=5), by=member)

    assert (one.pk, one.asked_at) == (two.pk, two.asked_at)
    three = kits.ask(product.merchant, wanted, at=NOON + 2 * QUIET, by=member)
    assert three.asked_at == NOON + 2 * QUIET  # nobody seemed to draw it


def test_a_store_asks_so_often_and_keeps_so_many(product, member, monkeypatch):
    monkeypatch.setattr(kits, "MOST", 2)
    monkeypatch.setattr(kits, "MOST_AN_HOUR", 3)
    others = [make.product(of=product.merchant) for _n in range(3)]
    for number, other in enumerate(others):
        at = NOON + timedelta(seconds=number)
        kits.ask(product.merchant, kits.KitChoice(other, None, "en"), at=at, by=member)

    assert set(ShareKit.objects.values_list("product", flat=True)) == {
        others[1].pk, others[2].pk,
    }  # fmt: skip
    with pytest.raises(NotPossible, match="in an hour"):
        kits.ask(product.merchant, kits.KitChoice(product, None, "en"), at=NOON, by=member)
    assert ShareKit.objects.count() == 2


def test_kits_go_with_their_product_and_after_a_month(product, member):
    other = make.product(of=product.merchant)
    drawn(other, member)
    drawn(product, member, of_store=True)

    other.delete()
    assert list(ShareKit.objects.values_list("product", flat=True)) == [None]
    assert kits.forget_kits(at=NOON + kits.KEPT_FOR) == 0
    assert kits.forget_kits(at=NOON + kits.KEPT_FOR + timedelta(seconds=1)) == 1
    assert not SharePicture.objects.exists()


def test_each_file_is_given_and_all_as_one(client, product, member):
    kit = drawn(product, member)

    shown = page(client, member, kit)
    assert "All, as one file" in shown.text
    wide = page(client, member, kit, "wide.jpg")
    assert (wide["Content-Type"], opened(wide.content).size) == ("image/jpeg", (1200, 630))
    assert wide["Content-Disposition"].startswith("inline")
    assert "no-store" in wide["Cache-Control"]
    assert page(client, member, kit, "poster.pdf?save")["Content-Type"] == "application/pdf"
    archive = zipfile.ZipFile(BytesIO(page(client, member, kit, "all.zip").content))
    assert sorted(archive.namelist()) == [
        f"{product.slug}-en-{shape}" for shape in
        ("portrait.jpg", "poster.pdf", "square.jpg", "story.jpg", "wide.jpg")
    ]  # fmt: skip
    assert archive.testzip() is None


@pytest.mark.parametrize("what", ["title", "picture", "festival", "store", "product"])
def test_what_is_not_true_any_more_is_not_given_out(client, product, member, coming, what):
    kit = drawn(product, member, festival=coming)
    assert page(client, member, kit, "wide.jpg").status_code == 200
    match what:
        case "title":
            Product.objects.filter(pk=product.pk).update(title="Tin kettle")
        case "picture":
            product.shown_pictures.all().delete()
            photograph(product, (0, 200, 0))
        case "festival":
            Festival.objects.filter(pk=coming.pk).update(ends_at=coming.ends_at + timedelta(days=2))
        case "store":
            type(product.merchant).objects.filter(pk=product.merchant_id).update(name="Other")
        case "product":
            Product.objects.filter(pk=product.pk).update(state="withdrawn")

    assert page(client, member, kit, "wide.jpg").status_code == 404
    assert page(client, member, kit, "all.zip").status_code == 404
    assert "wide.jpg" not in page(client, member, kit).text
    assert kit.pictures.count() == 5


def test_drawn_anew_it_is_given_out_again(client, product, member):
    kit = drawn(product, member)
    before = files(kit)
    Product.objects.filter(pk=product.pk).update(title="Tin kettle")

    drawn(product, member)

    assert files(kit)["square"] != before["square"]
    assert page(client, member, kit, "wide.jpg").status_code == 200


def test_the_page_says_how_far_it_is_and_leads_on_when_it_is_done(client, product, member):
    kit = kits.ask(product.merchant, kits.KitChoice(product, None, "en"), at=NOON, by=member)
    assert "<progress" in page(client, member, kit).text
    assert page(client, member, kit, "wide.jpg").status_code == 404

    run_queued_work()

    client.force_login(member)
    here = f"/merchant/{kit.merchant.slug}/share/{kit.pk}/"
    answer = client.get(here, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == here


def test_only_what_shoppers_see_can_be_shared(client, product, member):
    draft = make.draft(product.merchant)
    foreign = make.product()
    client.force_login(member)
    here = f"/merchant/{product.merchant.slug}/share/"

    assert draft.title not in client.get(here).text
    for other in (draft, foreign):
        body = {"product": other.pk, "language": "en"}
        assert client.post(here, body).status_code == 404
        assert client.post(f"{here}links/", body | {"name": "Market"}).status_code == 404
    assert client.post(here, {"product": "", "language": "xx"}).status_code == 422
    assert not ShareKit.objects.exists()
    assert not ShareLink.objects.exists()


def test_the_words_are_in_the_language_with_the_festival_and_the_link(product, member, coming):
    Translation.objects.create(
        product=product, language="fr", words={"summary": "Il chauffe vite."}, changed_at=NOON
    )
    kit = drawn(product, member, festival=coming, language="fr")

    said = facts.post_words(told(kit), "http://baobab.example/s/abc/")

    assert "Il chauffe vite." in said
    assert "Great Fair" in said
    assert said.endswith("\nhttp://baobab.example/s/abc/")


def test_a_store_without_any_picture_is_drawn_all_the_same(member, product):
    product.shown_pictures.all().delete()

    kit = drawn(product, member, of_store=True)

    assert opened(files(kit)["wide"]).size == (1200, 630)
    assert told(kit).title == product.merchant.name


def test_long_names_stay_inside(product, member):
    Product.objects.filter(pk=product.pk).update(title="Kettle of " + "copper " * 16)

    made = files(drawn(product, member))

    for shape in ("wide", "square"):
        edge = opened(made[shape]).convert("L")
        column = edge.crop((edge.width - 20, 0, edge.width, int(edge.height * 0.7)))
        assert max(column.get_flattened_data()) < 120  # the ground alone


def test_what_a_store_wrote_is_no_command(product, member):
    evil = '#import "x.typ"; #read("/etc/passwd") $x$ \\ "] *b*'
    Product.objects.filter(pk=product.pk).update(title=evil)

    assert len(files(drawn(product, member))) == 5


def test_the_code_holds_the_address_in_every_module():
    code = codes.code_of("https://baobab.example/s/abcdefgh/")
    code.make(fit=True)
    drawn_code = opened(codes.as_png("https://baobab.example/s/abcdefgh/")).convert("L")

    modules = code.get_matrix()
    assert drawn_code.width == len(modules) * 24
    for row, line in enumerate(modules):
        for column, is_dark in enumerate(line):
            pixel = drawn_code.getpixel((column * 24 + 12, row * 24 + 12))
            assert (pixel < 128) is is_dark
    assert b"<svg" in codes.as_svg("https://baobab.example/s/abcdefgh/")
