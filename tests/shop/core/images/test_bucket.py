"""Files in a bucket: whole, never overwritten, at the shop's own address; over HTTP to a server."""

import threading
from io import BytesIO

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer
from PIL import Image

from shop.core.images.bucket import BucketFiles
from shop.core.images.models import Picture
from shop.core.images.renditions import make_modern_sizes, make_sizes
from tests import make

KEYS = {"access_key": "key", "secret_key": "word", "region_name": "us-east-1"}
NAME = "pictures/blue cup.jpg"


@pytest.fixture(scope="module")
def server():
    lent = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    lent.start()
    host, port = lent.get_host_and_port()
    yield f"http://{host}:{port}"
    lent.stop()


@pytest.fixture
def bucket(server, request):
    name = f"b{abs(hash(request.node.name))}"
    boto3.client(
        "s3", endpoint_url=server, aws_access_key_id="key", aws_secret_access_key="word",
        region_name="us-east-1",
    ).create_bucket(Bucket=name)  # fmt: skip
    return BucketFiles(bucket_name=name, endpoint_url=server, **KEYS)


def test_a_file_is_kept_whole_and_found_at_the_shops_own_address(bucket):
    name = bucket.save(NAME, ContentFile(b"whole"))

    assert bucket.open(name).read() == b"whole"
    assert bucket.url(name) == "/media/pictures/blue%20cup.jpg"
    kept = bucket.bucket.Object(name).get()
    assert kept["ContentType"] == "image/jpeg"
    assert "immutable" in kept["CacheControl"]


def test_two_who_write_under_one_name_at_once_both_keep_their_file(bucket):
    names, begin = [], threading.Barrier(4)

    def write(number):
        begin.wait(10)
        names.append((bucket._save(NAME, ContentFile(b"%d" % number)), number))

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(dict(names)) == 4
    for name, number in names:
        assert bucket.open(name).read() == b"%d" % number


def test_what_is_deleted_is_gone_and_may_be_deleted_again(bucket):
    name = bucket.save(NAME, ContentFile(b"whole"))
    bucket.delete(name)
    bucket.delete(name)

    assert not bucket.exists(name)
    with pytest.raises(FileNotFoundError):
        bucket.open(name)


@pytest.mark.parametrize("act", [
    lambda lost: lost.save(NAME, ContentFile(b"whole")), lambda lost: lost.exists(NAME),
    lambda lost: lost.open(NAME), lambda lost: lost.delete(NAME),
])  # fmt: skip
def test_a_bucket_that_is_away_is_like_a_disk_that_fails(act):
    with pytest.raises(OSError, match="away"):
        act(BucketFiles(bucket_name="any", endpoint_url="http://127.0.0.1:1", **KEYS))


def test_a_bucket_that_refuses_is_like_a_disk_that_is_full(server):
    with pytest.raises(OSError, match="refused: 404"):
        BucketFiles(bucket_name="nobodys-bucket", endpoint_url=server, **KEYS).save(
            NAME, ContentFile(b"whole")
        )


@pytest.mark.django_db
def test_a_picture_and_all_its_sizes_live_in_a_bucket(bucket, monkeypatch):
    monkeypatch.setattr(default_storage, "_wrapped", bucket)
    content = BytesIO()
    Image.new("RGB", (700, 500), "teal").save(content, "JPEG")
    file = ContentFile(content.getvalue(), name="cup.jpg")
    picture = Picture.objects.create(
        title="Cup", file=file, width=700, height=500, collection=make.collection()
    )
    make_sizes(picture)
    make_modern_sizes(picture)

    addresses = [place for files in picture.sizes.values() for place in files.values()]
    assert len(addresses) == 6
    for place in addresses:
        assert place.startswith("/media/sizes/")
        with Image.open(BytesIO(bucket.open(place.removeprefix("/media/")).read())) as made:
            assert made.width in (320, 640, 700)
