"""Draws the floors of the shop from its code: ``python -m tools.scripts.floors``.

The table in docs/explanation/architecture.md and the picture beside it say what stands in
pyproject.toml (which floor imports which) and in the first lines of each floor's ``__init__``.
"""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/explanation/architecture.md"
PICTURE = ROOT / "docs/img/floors.svg"
BEGIN, END = "<!-- floors: python -m tools.scripts.floors -->\n", "<!-- end of floors -->\n"
WIDTH, HIGH, SIDE, LINE = 880, 58, 150, 20
LOOK = 'role="img" aria-label="The floors of the shop" font-family="sans-serif" font-size="14"'
ROOF = "what editors and organizers work with, in Wagtail"


@dataclass(frozen=True, slots=True)
class Floor:
    """One folder of the shop, with its packages from the top one down."""

    name: str
    holds: str
    packages: tuple[str, ...]


def floors() -> list[Floor]:
    """Return the floors from the top one down."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    layers = {
        tuple(contract["containers"]): contract["layers"]
        for contract in tools["importlinter"]["contracts"]
        if "containers" in contract
    }
    return [
        _floor(name, layers.get((f"shop.{name}",), []))
        for name in layers["shop",]
        if "|" not in name  # commands and template tags, where Django looks for them
    ]


def _floor(name: str, layers: list[str]) -> Floor:
    folder = ROOT / "shop" / name
    there = {path.parent.name for path in folder.glob("*/__init__.py")}
    ranked = [part for layer in layers for part in layer.replace(":", "|").split(" | ")]
    ranked = [part.strip() for part in ranked if part.strip() in there]
    packages = (*ranked, *sorted(there - set(ranked)))
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    return Floor(name, said.partition("\n")[0].rstrip("."), packages)


def table(shown: list[Floor]) -> str:
    """Return the floors as a table of Markdown."""
    rows = ["| floor, from the top | what it holds | packages |", "|---|---|---|"]
    for floor in shown:
        packages = ", ".join(f"`{name}`" for name in floor.packages)
        rows.append(f"| `shop/{floor.name}/` | {floor.holds} | {packages} |")
    return "\n".join(rows) + "\n"


def picture(shown: list[Floor]) -> str:
    """Return the house as SVG: each floor stands on those that it may import."""
    height = HIGH + sum(_height(floor) for floor in shown) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {LOOK}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        *_row(5, HIGH - 6, "cms", [ROOF], "#f3e3cf"),
    ]
    top = HIGH + 5
    for floor in shown:
        parts += _row(top, _height(floor) - 6, f"shop/{floor.name}", _lines(floor), "#eef3ee")
        top += _height(floor)
    return "\n".join([*parts, "</svg>", ""])


def _height(floor: Floor) -> int:
    return max(HIGH, LINE * len(_lines(floor)) + 24)


def _lines(floor: Floor) -> list[str]:
    lines = [""]
    for name in floor.packages:
        if len(lines[-1]) + len(name) > 90:
            lines.append("")
        lines[-1] += f"{' · ' if lines[-1] else ''}{name}"
    return lines


def _row(top: int, height: int, name: str, lines: list[str], colour: str) -> Iterator[str]:
    yield (
        f'<rect x="5" y="{top}" width="{WIDTH - 10}" height="{height}" rx="6" '
        f'fill="{colour}" stroke="#4a5d4e"/>'
    )
    begin = top + height // 2 - (len(lines) - 1) * LINE // 2 + 5
    yield f'<text x="20" y="{top + height // 2 + 5}" font-weight="bold">{escape(name)}</text>'
    for number, line in enumerate(lines):
        yield f'<text x="{SIDE + 20}" y="{begin + number * LINE}">{escape(line)}</text>'


def page(text: str, shown: list[Floor]) -> str:
    """Return the page with the table of today between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{table(shown)}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    today = floors()
    PAGE.write_text(page(PAGE.read_text("utf-8"), today), "utf-8")
    PICTURE.write_text(picture(today), "utf-8")
