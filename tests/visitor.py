"""A browser that looks at pages, and what it finds wrong there."""

from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page

AXE = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}
_PHONE = 390  # pixels, as all widths
_LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (320, "light"),
    (_PHONE, "dark"),
    (1280, "light"),
)
_AXE_FINDINGS = """
async (options) => (await axe.run(options)).violations.map(
  (rule) => rule.id + ": " + rule.nodes.map((node) => node.target.join(" ")).join(" | ")
)
"""
_TOO_WIDE = """
() => document.documentElement.scrollWidth <= innerWidth ? "" :
  [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.tagName + "." + one.className).slice(0, 5).join(", ") || "something"
"""


class Visitor:
    """A browser's tab that notes what is wrong with the pages it visits."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._console: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._console.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._console.append(message.text)

    def faults(self, url: str, *, status: int = 200) -> list[str]:
        """Visit, and look at it; empty where all is well."""
        page = self.page
        self._console.clear()
        page.set_viewport_size({"width": 1280, "height": 900})
        answer = page.goto(url)
        found = []
        if answer is None or answer.status != status:
            found.append(f"status {answer and answer.status}")
        if not page.title().strip():
            found.append("no title")
        if page.locator("h1").count() != 1:
            found.append(f"{page.locator('h1').count()} h1")
        # A page that is refused on purpose shows in the console as not loaded.
        found += [text for text in self._console if status == 200 or str(status) not in text]
        return found + self.looks()

    def looks(self) -> list[str]:
        """What is wrong with the open page through a slit of 320 px, on a phone by night, and at
        a desk by day."""
        page, found = self.page, []
        page.evaluate(AXE_SCRIPT)
        for width, scheme in _LOOKS:
            # Colours that fade into one another would be measured half-way.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            if too_wide := page.evaluate(_TOO_WIDE):
                found.append(f"{width} px: wider than the screen: {too_wide}")
            if width >= _PHONE:
                found += [f"{width} px: {one}" for one in page.evaluate(_AXE_FINDINGS, AXE)]
        return found


def report(wrong: dict[str, list[str]]) -> str:
    """All that is wrong, one address after another."""
    return "\n".join("\n  ".join([address, *faults]) for address, faults in wrong.items())
