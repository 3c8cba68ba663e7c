"""The README denies nothing that is there, and promises nothing that is not."""

import re

from sample.doors import doors
from tests.docs.pages import DOCS

# What the README calls what waits, by the name of its door.
MISSING = {
    "product-import": "import of product sheets",
}


def test_what_is_not_there_yet_is_what_waits_for_its_door():
    text = (DOCS.parent / "README.md").read_text("utf-8")
    [said] = re.findall(r"^Not there yet: (.*?)\.$", text, re.MULTILINE)

    things = re.split(r", | and ", said)

    assert sorted(things) == sorted(MISSING.values())
    assert not any(doors()[name].is_open for name in MISSING)
