"""The README denies nothing that is there, and promises nothing that is not."""

import re

from tests.docs.pages import DOCS
from tests.sample.test_promises_kept import addresses

# What the README calls what is missing, by what the name of its address would hold. (A review
# alone is the organizer's.)
MISSING = {"shopper-review": "reviews by shoppers"}


def test_what_is_not_there_yet_has_no_address():
    text = (DOCS.parent / "README.md").read_text("utf-8")
    [said] = re.findall(r"^Not there yet: (.*?)\.$", text, re.MULTILINE)

    things = re.split(r", and |, | and ", said)
    there = [name for name in addresses() if any(word in name for word in MISSING)]

    assert sorted(things) == sorted(MISSING.values())
    assert there == []
