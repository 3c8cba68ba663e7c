"""A change runs the tests of what it touched and of what imports it, and no change runs too few."""

import pytest

from tools.scripts.changed import APART, ROOT, left_out, needed_by


@pytest.mark.parametrize(
    ("file", "needed"),
    [
        ("shop/orders/reminders/mail.py", "tests/shop/orders/reminders"),
        ("shop/orders/reminders/models.py", "tests/shop/operations/retention"),
        ("cms/dashboard/menu.py", "tests/cms/dashboard"),
        ("templates/shop/merchant/dashboard/product.html", "tests/shop/merchant/dashboard"),
        ("docs/index.md", "tests/docs"),
        ("locale/fr/LC_MESSAGES/django.po", "tests/locale"),
        ("tools/sandbox/server.py", "tests/sandbox"),
    ],
)
def test_a_change_runs_the_needed_by_its_room_and_of_those_above(file, needed):
    assert needed in needed_by([file])


def test_a_helper_of_tests_runs_the_tests_that_use_it():
    found = needed_by(["tests/learning.py"])

    assert "tests/cms/academy/test_own_data.py" in found
    assert "tests" not in found


@pytest.mark.parametrize(
    "file",
    ["pyproject.toml", "tests/conftest.py", "shop/migrations/0003_shop.py", "shop/gone.py"],
)
def test_what_may_touch_everything_runs_everything(file):
    assert needed_by([file]) == ["tests"]


def test_no_change_runs_no_test():
    assert needed_by([]) == []


def test_a_part_that_nobody_touched_is_left_out():
    assert left_out([]) == sorted(APART)
    assert "tests/sample" not in left_out(["sample/loading.py"])
    assert "tests/docs" not in left_out(["README.md"])
    assert "tests/setup" not in left_out(["tests/setup/test_deploy.py"])


def test_the_parts_are_there():
    for folder, parts in APART.items():
        assert (ROOT / folder).is_dir()
        assert any(list(ROOT.glob(f"{part}*")) for part in parts)
