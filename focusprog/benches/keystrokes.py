"""From a key to the new marks beside the draft, in a real browser, with 5,000 contributions."""

import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from focusprog.benches.programme import environment, own_folder, running

_PROJECT = Path(__file__).resolve().parent.parent.parent
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"]
_TYPED = " We bake warm bread every morning, and we know you by name."
# Until the last of what was drawn for a key is on the screen.
_WATCH = """
() => {
  window.waits = [];
  let pressed = 0;
  const text = document.querySelector("#draft-form textarea");
  text.addEventListener("input", () => { pressed = performance.now(); });
  new MutationObserver(() => {
    if (!pressed) return;
    const since = pressed;
    pressed = 0;
    requestAnimationFrame(() => window.waits.push(performance.now() - since));
  }).observe(document.getElementById("marks"), { childList: true, subtree: true });
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
  }).observe({ type: "longtask" });
}
"""


def key_to_marks(contributions: int, keys: int) -> dict[str, float | int | str]:
    """Medians over that many key presses, in milliseconds by the browser's clock: `key_to_marks_ms`
    from the key to the frame with the new marks, and the slowest, `key_to_marks_worst_ms`;
    `typing_longest_task_ms` is the longest that the page could not answer (0 where under 50)."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  (a tool of development)
    except ImportError:
        return {"key_to_marks": "playwright is not installed"}
    if found is None:
        return {"key_to_marks": "no Chromium here"}
    with (
        own_folder() as data,
        running(data, sample=False) as it,
    ):
        made = json.loads(_fill(data, f"http://localhost:{it.port}", contributions))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(made["link"])
            page.click("main button[type=submit]")
            page.goto(f"http://localhost:{it.port}{made['page']}")
            text = page.locator("#draft-form textarea")
            text.focus()
            page.keyboard.press("Control+End")
            # Each web process reads the words once.
            for key in _TYPED[:12]:
                page.keyboard.type(key)
                page.wait_for_timeout(500)
            page.evaluate(_WATCH)
            for n in range(keys):
                page.keyboard.type(_TYPED[n % len(_TYPED)])
                page.wait_for_function("n => window.waits.length > n", arg=n)
                page.wait_for_timeout(150)
            waits, longest = page.evaluate("[window.waits, window.longest]")
            browser.close()
    return {
        "key_to_marks_ms": round(statistics.median(waits), 1),
        "key_to_marks_worst_ms": round(max(waits), 1),
        "typing_longest_task_ms": round(longest, 1),
    }


def _fill(data: Path, base_url: str, contributions: int) -> str:
    call = (
        f"from focusprog.benches.keystrokes_data import fill; fill({base_url!r}, {contributions})"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", call],
        cwd=_PROJECT,
        env={**environment(), "DATA": str(data)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
