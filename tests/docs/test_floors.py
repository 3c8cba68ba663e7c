"""The page about the architecture shows the floors as the code has them."""

from tools.scripts import floors


def test_the_page_and_the_picture_are_those_of_the_code():
    today = floors.floors()
    text = floors.PAGE.read_text("utf-8")

    assert len(today) == 11
    assert all(floor.holds and floor.packages for floor in today if floor.name != "checkout")
    assert floors.page(text, today) == text, "run `python -m tools.scripts.floors`"
    assert floors.PICTURE.read_text("utf-8") == floors.picture(today)
