"""Small words for writing SVG."""

from sample.art.colour import SHADE


def tag(name: str, *children: str, **attributes: object) -> str:
    """Return one element; ``_`` in an attribute's name stands for ``-``."""
    written = "".join(
        f' {key.replace("_", "-")}="{_short(value)}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def rect(x: float, y: float, width: float, height: float, fill: str, **more: object) -> str:
    """Return a filled rectangle."""
    return tag("rect", x=x, y=y, width=width, height=height, fill=fill, **more)


def circle(x: float, y: float, radius: float, fill: str, **more: object) -> str:
    """Return a filled circle."""
    return tag("circle", cx=x, cy=y, r=radius, fill=fill, **more)


def ellipse(x: float, y: float, across: float, down: float, fill: str, **more: object) -> str:
    """Return a filled ellipse; the radii are half its width and half its height."""
    return tag("ellipse", cx=x, cy=y, rx=across, ry=down, fill=fill, **more)


def path(d: str, fill: str, **more: object) -> str:
    """Return a filled path."""
    return tag("path", d=d, fill=fill, **more)


def line(d: str, colour: str, width: float, **more: object) -> str:
    """Return a stroked path with round ends."""
    more = {"stroke_linecap": "round", "stroke_linejoin": "round"} | more
    return tag("path", d=d, fill="none", stroke=colour, stroke_width=width, **more)


def group(*children: str, **attributes: object) -> str:
    """Return a group."""
    return tag("g", *children, **attributes)


def placed(content: str, x: float, y: float, scale: float = 1) -> str:
    """Return content moved and scaled."""
    return group(content, transform=f"translate({_short(x)} {_short(y)}) scale({scale:.4f})")


def document(width: int, height: int, defs: str, *body: str) -> str:
    """Return a whole picture; the gradients ``glow``, ``fall``, ``rise``, ``round`` are defined."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
    return (
        f'{head} width="{width}" height="{height}">'
        f"<defs>{GRADIENTS}{defs}</defs>{''.join(body)}</svg>"
    )


def _short(value: object) -> str:
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)


def _gradient(key: str, kind: str, attributes: dict[str, object], stops: list[tuple]) -> str:
    marks = (
        tag("stop", offset=offset, stop_color=colour, stop_opacity=opacity)
        for offset, colour, opacity in stops
    )
    return tag(kind + "Gradient", *marks, id=key, **attributes)


DOWN = {"x2": 0, "y2": 1}
GRADIENTS = (
    _gradient(
        "glow",
        "radial",
        {"cx": 0.36, "cy": 0.3, "r": 0.8},
        [(0, "#FFF", 0.42), (0.5, "#FFF", 0.1), (1, SHADE, 0.11)],
    )
    + _gradient("fall", "linear", DOWN, [(0, SHADE, 0.14), (0.7, SHADE, 0)])
    + _gradient("rise", "linear", DOWN, [(0, "#FFF", 0.14), (1, SHADE, 0.12)])
    + _gradient(
        "round",
        "linear",
        {},
        [(0, SHADE, 0.16), (0.2, "#FFF", 0.22), (0.45, "#FFF", 0), (1, SHADE, 0.32)],
    )
)
