from pathlib import Path

import pytest

from tools.scripts.structure import problems


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


@pytest.mark.parametrize(
    ("name", "lines"), [("shop/a.py", 400), ("templates/a.html", 120), ("static/a.css", 150)]
)
def test_a_file_may_be_as_long_as_its_kind_allows_and_no_longer(tmp_path, name, lines):
    write(tmp_path, name, "x\n" * lines)
    assert problems(tmp_path) == []

    write(tmp_path, name, "x\n" * (lines + 1))
    assert problems(tmp_path) == [
        f"{name}: {lines + 1} lines, {lines} are allowed: split it by what is done"
    ]


@pytest.mark.parametrize(("name", "width"), [("shop/a.py", 100), ("static/a.css", 120)])
def test_a_line_may_be_as_wide_as_its_kind_allows_and_no_wider(tmp_path, name, width):
    write(tmp_path, name, "x" * width + "\n" + "é" * width)
    assert problems(tmp_path) == []

    write(tmp_path, name, "x\n" + "x" * (width + 1))
    assert problems(tmp_path) == [
        f"{name}:2: {width + 1} characters wide, {width} are allowed",
    ]


def test_data_in_css_and_remarks_for_tools_are_not_counted(tmp_path):
    write(tmp_path, "static/a.css", f'.a {{ mask: url("data:image/svg+xml,{"x)" * 100}") }}')
    write(tmp_path, "shop/a.py", "x" * 98 + "  # noqa: S603 (a reason)")

    assert problems(tmp_path) == []


def test_migrations_the_data_of_the_sample_and_what_is_not_ours_are_exempt(tmp_path):
    for name in (
        "shop/migrations/0002_rest.py",
        "sample/content/story.html",
        ".venv/lib/a.py",
        "static_root/a.css",
    ):
        write(tmp_path, name, "x\n" * 1000)

    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["shop/orders/utils.py", "shop/common/carts.py", "tests/helpers.py"]
)
def test_a_vague_name_is_refused(tmp_path, name):
    write(tmp_path, name, "")

    assert problems(tmp_path) == [f"{name}: name it after what it does, not after its kind"]


def test_a_room_of_too_many_modules_is_found(tmp_path):
    room = tmp_path / "shop" / "orders"
    room.mkdir(parents=True)
    for number in range(20):
        (room / f"step_{number}.py").touch()
    (room / "__init__.py").touch()
    assert problems(tmp_path) == []

    (room / "one_more.py").touch()

    (said,) = problems(tmp_path)
    assert said.startswith("shop/orders: 21 modules, 20 are allowed")
