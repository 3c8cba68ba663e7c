"""In which browsers a journey is made."""

import pytest

journey = pytest.mark.journey
on_desk_and_phone = pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
