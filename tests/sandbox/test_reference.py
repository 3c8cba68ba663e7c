import re
from pathlib import Path

import pytest

from tools.sandbox.__main__ import _parser
from tools.sandbox.controls import Sandbox
from tools.sandbox.shapes import API_VERSION

PAGE = (Path(__file__).parents[2] / "docs/reference/sandbox.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    sorted(name for name in dir(Sandbox) if callable(getattr(Sandbox, name)) and name[0] != "_"),
)
def test_every_control_is_explained(name):
    assert re.search(rf"`{name}\(", PAGE)


def test_every_option_of_the_command_is_explained():
    options = {option for action in _parser()._actions for option in action.option_strings}

    assert {option for option in options if f"| `{option}` |" not in PAGE} == {"-h", "--help"}


def test_the_api_version_is_named():
    assert f"API version {API_VERSION}" in PAGE
