from pathlib import Path

import pytest

from tools.scripts.doclinks import problems


def write(root: Path, **pages: str) -> None:
    """Write pages into docs/, given by their names without ending."""
    (root / "docs").mkdir(exist_ok=True)
    for name, text in pages.items():
        (root / "docs" / f"{name}.md").write_text(text)


@pytest.mark.parametrize(
    "link",
    [
        "[a](prices.md)",
        "[a](prices.md#who-pays-what)",
        "[a](prices.md#who-pays-what-1)",
        "[a](prices.md#the-clocknow-rule)",
        "[a](prices.md#named)",
        "[a](#here)",
        '[a](<prices.md> "Title")',
        "[`code` [1]](prices.md)",
        "![picture](prices.md)",
        "[a][1]\n\n[1]: prices.md#named",
        "[a](/docs/prices.md)",
        "[a](https://example.org/nothing) [b](mailto:a@example.org)",
        "`[a](nowhere.md)`",
        "```\n[a](nowhere.md)\n```",
        "``` sh\n[a](nowhere.md)\n```\n[b](prices.md)",
    ],
)
def test_a_link_that_leads_somewhere_is_fine(tmp_path, link):
    prices = "# Who pays what?\n## Who pays what\n### The `clock.now` rule\n<a id='named'></a>\n"
    write(tmp_path, index=f"# Here\n[p](prices.md)\n\n{link}\n", prices=prices)

    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("[a](nowhere.md)", "nowhere.md leads to no file"),
        ("[a](../docs/nowhere.png)", "../docs/nowhere.png leads to no file"),
        ("[a][1]\n\n[1]: nowhere.md", "nowhere.md leads to no file"),
        ("[a](prices.md#other)", "prices.md#other leads to no heading"),
        ("[a](#other)", "#other leads to no heading"),
        ("[a](prices.md#code)", "prices.md#code leads to no heading"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(tmp_path, link, problem):
    prices = "# Prices\n```\n# Code\n```\n"
    write(tmp_path, index=f"# Here\n[p](prices.md)\n\n{link}\n", prices=prices)

    assert problems(tmp_path) == [f"docs/index.md: {problem}"]


def test_the_pages_at_the_top_are_read_too(tmp_path):
    write(tmp_path, index="# Here\n")
    (tmp_path / "README.md").write_text("[a](docs/index.md#here) [b](docs/gone.md)\n")

    assert problems(tmp_path) == ["README.md: docs/gone.md leads to no file"]


def test_a_page_that_nothing_leads_to_is_named(tmp_path):
    write(tmp_path, index="[a](one.md)\n", one="[b](two.md)\n", two="", lost="[i](index.md)\n")

    assert problems(tmp_path) == ["docs/lost.md: nothing leads here from docs/index.md"]
