"""Looks at pages for barriers: axe's rules, and whether anything sticks out at the side."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

from playwright.sync_api import Page

from tests.browsing.fixtures import HEIGHTS
from tests.browsing.watching import goes_sideways

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
# WCAG 2.2 to level AA (which includes the size of targets), and what axe advises beside it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# By night pages differ from those by day in nothing but their colours.
NIGHT_RULES = ["color-contrast", "link-in-text-block"]
ASKED = {
    "light": {"type": "tag", "values": RULES},
    "dark": {"type": "rule", "values": NIGHT_RULES},
}
# Each page is opened once, on a telephone, and looked at in all of these; the way leads back to the
# first one with one change a step.
LOOKS = ((390, "light"), (390, "dark"), (1280, "dark"), (1280, "light"))
PHONE = LOOKS[:2]
HAS_AXE = "() => Boolean(window.axe)"
# Colours on their way to others are none that anybody reads.
ARRIVE = """() => document.getAnimations().forEach((one) => {
  if (one.effect.getComputedTiming().endTime !== Infinity) one.finish();
})"""
RUN = """([rules, within]) => axe.run(within || document, {
  runOnly: rules,
  resultTypes: ["violations"],
})"""


class Inspector:
    """Goes through pages with a visitor and keeps a list of what is wrong."""

    def __init__(self, page: Page) -> None:
        """Look through the eyes of this visitor.

        ``within`` may name a part of the page; axe then passes over what others put around it.
        """
        self.page = page
        self.found: list[str] = []
        self.within = ""

    def visit(self, *addresses: str) -> None:
        """Open pages and look at each."""
        for address in addresses:
            self.page.goto(address)
            self.look()

    def show(self, name: str, text: str) -> None:
        """Look at the text of a page that the shop shows only when something is broken."""
        self.page.route(
            f"**/shown/{name}/",
            lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"),
        )
        self.visit(f"/shown/{name}/")

    def look(self, where: str = "", *, looks: Sequence[tuple[int, str]] = LOOKS) -> None:
        """Look at the page as it stands, with a telephone and at a desk, by day and by night.

        Args:
            where: what is open on it.
            looks: widths and schemes of colours, where not all of them have it.
        """
        self.page.wait_for_load_state()
        place = f"{self.page.url} {where}".strip()
        if not self.page.evaluate(HAS_AXE):
            self.page.evaluate(AXE)
        for width, scheme in looks:
            self._look(f"{place} at {width} ({scheme})", width, scheme)
        self._see(*LOOKS[0])

    def _look(self, place: str, width: int, scheme: str) -> None:
        self._see(width, scheme)
        if scheme == "light" and (sideways := goes_sideways(self.page)):
            self.found.append(f"{place}: {sideways}")
        self.page.evaluate(ARRIVE)
        for violation in self.page.evaluate(RUN, [ASKED[scheme], self.within])["violations"]:
            self.found += [f"{place}: {_sentence(violation, node)}" for node in violation["nodes"]]

    def _see(self, width: int, scheme: str) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        self.page.emulate_media(color_scheme=scheme)


def _sentence(violation: dict[str, Any], node: dict[str, Any]) -> str:
    reasons = " ".join(check["message"] for check in node["any"] + node["all"] + node["none"])
    return f"{violation['id']} at {node['target'][0]}: {reasons} {node['html'][:200]}"
