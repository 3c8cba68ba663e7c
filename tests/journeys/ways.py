"""In which browsers a journey is made."""

import pytest

journey = pytest.mark.journey
on_desk_and_phone = pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
# The longest ways of the desk: with a telephone in `make test`, at a desk in `make long`.
on_phone_and_later_desk = pytest.mark.parametrize(
    "width", [390, pytest.param(1280, marks=pytest.mark.long)], ids=["phone", "desk"]
)
# Each width and each way with script once in `make test`, the other two together in `make long`.
in_each_browser = pytest.mark.parametrize(
    ("width", "script"),
    [
        pytest.param(390, True, id="script-phone"),
        pytest.param(1280, False, id="plain-desk"),
        pytest.param(1280, True, id="script-desk", marks=pytest.mark.long),
        pytest.param(390, False, id="plain-phone", marks=pytest.mark.long),
    ],
)
with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
