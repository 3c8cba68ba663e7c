"""Looks at pages for barriers: axe's rules, and whether anything sticks out at the side."""

from __future__ import annotations

from importlib import resources
from typing import Any

from playwright.sync_api import Page

from tests.browsing.watching import goes_sideways

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
# WCAG 2.2 to level AA (which includes the size of targets), and what axe advises beside it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """([rules, within]) => axe.run(within || document, {
  runOnly: {type: "tag", values: rules},
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

    def look(self, where: str = "") -> None:
        """Look at the page as it stands; ``where`` says what is open on it."""
        self.page.wait_for_load_state()
        place = f"{self.page.url} {where}".strip()
        self.page.evaluate(AXE)
        for violation in self.page.evaluate(RUN, [RULES, self.within])["violations"]:
            self.found += [f"{place}: {_sentence(violation, node)}" for node in violation["nodes"]]
        if sideways := goes_sideways(self.page):
            self.found.append(f"{place}: {sideways}")


def _sentence(violation: dict[str, Any], node: dict[str, Any]) -> str:
    reasons = " ".join(check["message"] for check in node["any"] + node["all"] + node["none"])
    return f"{violation['id']} at {node['target'][0]}: {reasons} {node['html'][:200]}"
