"""In which browsers a journey is made."""

import pytest

journey = pytest.mark.journey
on_desk_and_phone = pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
# The longest ways of the desk: with a telephone in `make test`, at a desk in `make long`.
on_phone_and_later_desk = pytest.mark.parametrize(
    "width", [390, pytest.param(1280, marks=pytest.mark.long)], ids=["phone", "desk"]
)
with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
