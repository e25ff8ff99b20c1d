"""What each page of the sample organisation costs its server, as a ratio to a bare page.

Signed in as the sample's leader it follows every link of the organisation that leads to a page,
two clicks deep, and asks for one page of each kind (numbers in the address do not make a kind).
CPU time of the web server and the database together, on the same server as the bare page.
"""

import re
import statistics
import time
import urllib.error
import urllib.parse
import urllib.request
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.cookiejar import CookieJar
from pathlib import Path

from focusprog.benches.programme import Running, own_folder, running

_COUNTED = ("fp web", "postgres")


def run(scale: float) -> dict[str, float | int | str]:
    """CPU milliseconds of the bare page, and of each kind of page how many times that; `scale`
    multiplies the ten requests each."""
    repeats = max(3, round(10 * scale))
    with (
        own_folder() as data,
        running(data, sample=True, settings="focusprog.benches.settings") as it,
    ):
        visitor = _Visitor(it)
        home = visitor.sign_in()
        pages = {
            "respondents: answer": visitor.open_invitation(data / "mailbox"),
            "anyone: public mission": f"/m/{home.split('/')[2]}/",
            **visitor.pages(home),
        }
        bare = [visitor.cost("/bare/", 5 * repeats)]
        costs = {}
        for name, path in pages.items():
            costs[name] = visitor.cost(path, repeats)
            bare.append(visitor.cost("/bare/", repeats))
        unit = statistics.median(bare)
        figures: dict[str, float | int | str] = {
            "bare_cpu_ms": round(unit * 1000, 2),
            "requests_each": repeats,
        }
        for name, cost in sorted(costs.items()):
            figures[name] = round(cost / unit, 1)
        return figures


class _Visitor:
    """The leader's browser, as far as this needs one."""

    def __init__(self, it: Running) -> None:
        self.it = it
        self.base = f"http://localhost:{it.port}"
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def sign_in(self) -> str:
        """Use the leader's link; returns the path of the organisation's home page."""
        found = re.search(r"leader +(\S+)", self.it.printed)
        if not found:
            raise RuntimeError("the sample printed no link for its leader")
        page = self._get(found[1])
        if token := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page):
            fields = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1]}).encode()
            request = urllib.request.Request(found[1], fields)  # noqa: S310  (our own address)
            self.opener.open(request).close()
        with self.opener.open(f"{self.base}/") as answer:
            return urllib.parse.urlsplit(str(answer.url)).path

    def open_invitation(self, mailbox: Path) -> str:
        """Follow the link of an email that the sample's open round has sent; the path of its page
        of questions."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for file in mailbox.glob("*.eml"):
                message = message_from_bytes(file.read_bytes(), policy=policy.default)
                text = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
                if text and (link := re.search(r"http://\S+/a/\S+/", text.get_content())):
                    with self.opener.open(link[0]) as answer:
                        return urllib.parse.urlsplit(str(answer.url)).path
            time.sleep(0.2)
        raise RuntimeError("the sample's open round has sent no invitation")

    def pages(self, home: str) -> dict[str, str]:
        """One path of each kind of page, by kind, two clicks from the home page."""
        found = {"home": home}
        fresh = [home]
        for _ in range(2):
            links = [link for path in fresh for link in self._links(self.base + path, home)]
            fresh = []
            for link in links:
                kind = re.sub(r"\d+", "N", link.removeprefix(home).partition("?")[0])
                if kind and kind not in found and self._is_page(link):
                    found[kind] = link
                    fresh.append(link)
        return found

    def cost(self, path: str, repeats: int) -> float:
        """CPU seconds of one request, after two to warm up."""
        tree = self.it.tree
        for _ in range(2):
            self._get(self.base + path)
        began = tree.cpu_seconds(named=_COUNTED)
        for _ in range(repeats):
            self._get(self.base + path)
        return (tree.cpu_seconds(named=_COUNTED) - began) / repeats

    def _links(self, url: str, home: str) -> list[str]:
        hrefs = re.findall(r'href="([^"#]+)', self._get(url))
        paths = [urllib.parse.urljoin(url, href.replace("&amp;", "&")) for href in hrefs]
        return [path.removeprefix(self.base) for path in paths if path.startswith(self.base + home)]

    def _is_page(self, path: str) -> bool:
        try:
            with self.opener.open(self.base + path) as answer:
                return bool(answer.headers.get_content_type() == "text/html")
        except urllib.error.HTTPError as error:
            error.close()
            raise RuntimeError(f"{path} answers {error.code}") from error

    def _get(self, url: str) -> str:
        with self.opener.open(url) as answer:
            return str(answer.read().decode(errors="replace"))
