"""Browsers and programs that look for a small picture of the shop find one."""

from io import BytesIO

from PIL import Image


def test_the_picture_is_where_browsers_look_for_it_in_three_sizes(client, settings):
    answer = client.get("/favicon.ico")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/x-icon")
    assert "max-age=86400" in answer.headers["Cache-Control"]
    assert Image.open(BytesIO(answer.content)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_a_phone_finds_a_larger_one(settings):
    picture = Image.open(settings.BASE_DIR / "static" / "img" / "touch-icon.png")

    assert picture.size == (180, 180)
