from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageCms

from shop.catalogue.models import ProductPicture
from shop.core.images import renditions
from shop.core.images.models import Picture
from shop.storefront.listings.models import Listing
from shop.storefront.listings.refresh import addresses, picture_facts
from shop.storefront.listings.tasks import make_modern_sizes
from tests import make
from tests.full_disk import files_in, quota
from tests.make import NOON
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
TURNED_LEFT = 6  # EXIF: the camera was held on its side; a viewer turns it to the right


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(width=1600, height=800, *, kind="JPEG", mode="RGB", colour="red", **options):
    content = BytesIO()
    Image.new(mode, (width, height), colour).save(content, kind, **options)
    file = ContentFile(content.getvalue(), name=f"kettle.{kind.lower()}")
    root = make.collection()
    return Picture.objects.create(
        title="Kettle", file=file, width=width, height=height, collection=root
    )


def opened(address):
    with default_storage.open(address.removeprefix("/media/")) as file:
        image = Image.open(file)
        image.load()
    return image


def sizes_of(made, kind):
    return {width: opened(address).size for width, address in made.sizes[kind].items()}


def test_a_picture_gets_three_jpeg_files():
    made = picture()

    renditions.make_sizes(made)

    assert Picture.objects.get().sizes == made.sizes
    assert sizes_of(made, "jpeg") == {"320": (320, 160), "640": (640, 320), "1200": (1200, 600)}


def test_files_that_found_room_go_again_when_the_next_one_finds_none(media):
    made, lengths = picture(), []
    renditions.sizes_of(made, lambda name, content: lengths.append(len(content)) or name)
    before = files_in(media)
    assert lengths[0] < lengths[1]

    with quota(lengths[0]), pytest.raises(OSError, match="too large"):
        renditions.make_sizes(made)

    assert files_in(media) == before
    assert Picture.objects.get().sizes == {}


def test_no_file_is_wider_than_the_original():
    made, tiny = picture(800, 400), picture(100, 300)

    renditions.make_sizes(made)
    renditions.make_sizes(tiny)

    assert sizes_of(made, "jpeg") == {"320": (320, 160), "640": (640, 320), "800": (800, 400)}
    assert sizes_of(tiny, "jpeg") == {"100": (100, 300)}


def test_a_picture_taken_on_its_side_stands_upright_and_says_nothing_about_the_camera():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = TURNED_LEFT, "A camera"
    made = picture(1600, 800, exif=exif, comment="At home")

    renditions.make_sizes(made)
    renditions.make_modern_sizes(made)

    for kind in ("jpeg", "avif"):
        image = opened(made.sizes[kind]["640"])
        assert image.size == (640, 1280)
        assert not image.getexif()
        assert not {"comment", "exif", "xmp", "icc_profile"} & image.info.keys()


def test_what_is_transparent_becomes_white():
    made = picture(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0))

    renditions.make_sizes(made)

    assert opened(made.sizes["jpeg"]["320"]).getpixel((10, 10)) == (255, 255, 255)


def test_a_picture_with_a_colour_profile_looks_the_same_without_it():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = picture(colour=(200, 40, 60), icc_profile=profile)
    broken = picture(colour=(200, 40, 60), icc_profile=b"nothing of the kind")

    for one in (made, broken):
        renditions.make_sizes(one)
        shown = opened(one.sizes["jpeg"]["320"]).getpixel((10, 10))
        assert max(abs(a - b) for a, b in zip(shown, (200, 40, 60), strict=True)) <= 2


def test_avif_files_are_made_in_the_widths_of_the_jpeg_ones():
    made = picture()
    renditions.make_sizes(made)

    renditions.make_modern_sizes(made)

    kept = Picture.objects.get().sizes
    assert kept.keys() == {"jpeg", "avif"}
    assert sizes_of(made, "avif") == {"320": (320, 160), "640": (640, 320), "1200": (1200, 600)}
    assert opened(kept["avif"]["320"]).format == "AVIF"


def test_making_avif_files_twice_makes_them_once(media):
    made = picture()
    renditions.make_sizes(made)
    renditions.make_modern_sizes(made)
    files = sorted(media.rglob("*"))

    renditions.make_modern_sizes(Picture.objects.get())

    assert sorted(media.rglob("*")) == files


def test_half_a_format_is_for_cards_alone():
    made = picture()
    renditions.make_sizes(made)

    renditions.make_modern_sizes(made, up_to=640)

    assert made.sizes["avif"].keys() == {"320", "640"}
    assert picture_facts(made)["avif"].count(".avif") == 2
    assert addresses(made.sizes, "")["avif"] == ""
    renditions.make_modern_sizes(made)
    assert made.sizes["avif"].keys() == made.sizes["jpeg"].keys()
    assert addresses(made.sizes, "")["avif"].count(".avif") == 3


def test_files_of_an_original_that_was_replaced_meanwhile_are_not_shown():
    made = picture()
    renditions.make_sizes(made)
    seen_before = Picture.objects.get()
    new = {"jpeg": {"320": "/media/sizes/new-320.jpg"}}
    Picture.objects.update(sizes=new)

    renditions.make_modern_sizes(seen_before)

    assert Picture.objects.get().sizes == new


def test_a_picture_without_jpeg_files_is_left_alone():
    made = picture()

    renditions.make_modern_sizes(made)

    assert Picture.objects.get().sizes == {}


def test_the_card_of_a_product_shows_the_modern_files_as_soon_as_they_are_made():
    made = picture()
    renditions.make_sizes(made)
    product = make.variant().product
    ProductPicture.objects.create(product=product, picture=made)
    make.listed(product)
    assert Listing.objects.get().picture["avif"] == ""

    make_modern_sizes.enqueue(made.pk)
    run_queued_work()

    facts = Listing.objects.get().picture
    assert facts["avif"].count("w") == facts["jpeg"].count("w")
    assert ".avif 1200w" in facts["avif"]
    run_queued_work()
    assert Listing.objects.get().picture == facts


def test_a_picture_that_was_deleted_meanwhile_is_no_trouble():
    make_modern_sizes.func(4711)


def test_mail_goes_before_pictures():
    assert make_modern_sizes.priority < 0


@pytest.mark.parametrize(("width", "height"), [(1600, 800), (300, 900), (900, 900), (1, 5)])
def test_a_link_shows_the_whole_picture_in_the_shape_that_apps_know(width, height):
    made = picture(width, height)
    renditions.make_sizes(made)

    assert renditions.make_shared(made)

    file = opened(renditions.shared_file(Picture.objects.get().sizes))
    assert (file.format, file.size, file.mode) == ("JPEG", (1200, 630), "RGB")
    red, green, _blue = file.getpixel((600, 315))
    assert red > 200
    assert green < 60
    assert file.getpixel((2, 2))[2] > 60  # the ground, not the picture


def test_what_lies_from_before_gets_its_picture_for_links_by_itself(media):
    for width in (400, 800):
        renditions.make_sizes(picture(width, 300))
    picture()  # no page shows it yet

    assert renditions.make_missing_shared(at=NOON) == 2
    assert renditions.make_missing_shared(at=NOON) == 0
    assert sum(name.endswith("-share.jpg") for name in files_in(media)) == 2


def test_another_original_meanwhile_leaves_no_picture_for_links_of_the_one_before(media):
    made = picture()
    renditions.make_sizes(made)
    Picture.objects.filter(pk=made.pk).update(sizes={"jpeg": {"9": "/media/other.jpg"}})

    assert not renditions.make_shared(made)

    assert "share" not in Picture.objects.get().sizes
    assert not [name for name in files_in(media) if name.endswith("-share.jpg")]
