"""Pictures from the command line: ``python -m sample.art --help``."""

import argparse
from pathlib import Path

from sample.art import drawings
from sample.art.festival import MOODS, festival_hero
from sample.art.measure import measure_all
from sample.art.product import product_picture
from sample.art.render import render
from sample.art.store import store_banner, store_logo

FORMATS = {".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".png": "png"}
COLOURS = ("#C4572F", "#E9B44C", "#1F5C57")


def main() -> None:
    """Draw what the command line asks for."""
    asked = _parser().parse_args()
    if asked.command == "measure":
        measure_all()
    else:
        _write(_picture(asked), asked.file, asked.size)


def _picture(asked: argparse.Namespace) -> str:
    colours = tuple(asked.colours)
    match asked.command:
        case "product":
            return product_picture(asked.kind, colours, asked.pattern, asked.seed)
        case "banner":
            return store_banner(asked.kinds, colours, asked.pattern, asked.seed)
        case "logo":
            return store_logo(asked.initials, colours, asked.pattern)
        case _:
            return festival_hero(asked.kinds, colours, asked.mood, asked.seed)


def _write(svg: str, file: Path, size: int) -> None:
    if file.suffix == ".svg":
        file.write_text(svg)
    else:
        file.write_bytes(render(svg, size, FORMATS[file.suffix.lower()]))


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--colours", nargs=3, default=COLOURS, metavar="#RRGGBB")
    shared.add_argument("--pattern", choices=drawings.patterns(), default="wax")
    shared.add_argument("--seed", type=int, default=0)
    parser = argparse.ArgumentParser(prog="sample.art", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, own, width in (
        ("product", {"kind": {"choices": drawings.kinds(), "metavar": "kind"}}, 1200),
        ("banner", {"--kinds": {"nargs": "+", "required": True}}, 1600),
        ("logo", {"initials": {}}, 400),
        (
            "hero",
            {
                "--kinds": {"nargs": "+", "required": True},
                "--mood": {"choices": MOODS, "default": "dawn"},
            },
            1920,
        ),
    ):
        command = commands.add_parser(name, parents=[shared])
        command.add_argument("--size", type=int, default=width, help="width in pixels")
        for argument, options in own.items():
            command.add_argument(argument, **options)
        command.add_argument("file", type=Path, help="a .jpg, .webp, .png or .svg file")
    commands.add_parser("measure", help="measure the illustrations after changing one")
    return parser


if __name__ == "__main__":
    main()
