"""What answering costs: a page of 19 questions, handing it in, and thousands of people at once.

CPU time of the web server and the database together, as ratios to a bare page and to a bare POST
that inserts one row, through the same middleware on the same server. Then different people answer,
500 at the same time, and everything that was thanked for is looked for in the database.
"""

import http.client
import json
import re
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from focusprog.benches.page import _COUNTED
from focusprog.benches.programme import Running, own_folder, running, shell

_PEOPLE, _AT_ONCE = 10_000, 500
_CSRF = "b" * 32
_COOKIE = "focusprog_answer"


def run(scale: float) -> dict[str, float | int | str]:
    """The figures; `scale` multiplies the repeats and the 10,000 people. `paged_submit_over_bare`
    is the same questions over four pages, each of them saved."""
    repeats = max(5, round(30 * scale))
    people = max(20, round(_PEOPLE * scale))
    with (
        own_folder() as data,
        running(data, sample=False, settings="focusprog.benches.settings") as it,
    ):
        made = json.loads(_data(data, f"fill({people + 2 * repeats + 10})"))
        costs = _Costs(it, made["answers"])
        figures = costs.measure(made["on_one_page"], made["paged"], repeats)
        crowd = _Crowd(it, made["answers"])
        figures |= crowd.answer(made["on_one_page"][-people:])
        # By a file: ten thousand links are more than a command line takes.
        thanked = data / "thanked.json"
        thanked.write_text(json.dumps({token: token for token in crowd.thanked}))
        stored = json.loads(_data(data, f"stored({str(thanked)!r})"))
        return {**figures, **stored, "people": people, "requests_each": repeats}


def _data(data: Path, call: str) -> str:
    return shell(data, f"from focusprog.benches.answers_data import *; {call}")


@dataclass(slots=True)
class _Visitor:
    """One person's browser: one connection, and the cookies that an answer needs."""

    it: Running
    cookies: dict[str, str] = field(default_factory=lambda: {"focusprog_csrf": _CSRF})

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, *, gzip: bool = False
    ) -> tuple[int, str, bytes]:
        """Status, where it leads, and the body as it came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.it.port, timeout=120)
        headers = {
            "Host": f"localhost:{self.it.port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if gzip:
            headers["Accept-Encoding"] = "gzip, br"
        if fields is not None:
            body = urlencode({"csrfmiddlewaretoken": _CSRF, **fields})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.split(";")[0].partition("=")
                if name == _COOKIE:
                    self.cookies[name] = value
            return answer.status, answer.headers.get("Location", ""), answer.read()
        finally:
            connection.close()

    def open(self, token: str) -> str:
        """Follow an invitation's link; the path of its page."""
        status, page, _ = self.ask("GET", f"/a/{token}/")
        if status != 302:
            raise RuntimeError(f"an invitation's link answers {status}")
        return page


class _Costs:
    """What one request costs the server, in CPU seconds."""

    def __init__(self, it: Running, answers: dict[str, str]) -> None:
        self.it, self.answers = it, answers

    def measure(
        self, tokens: list[str], paged: list[str], repeats: int
    ) -> dict[str, float | int | str]:
        reader = _Visitor(self.it)
        page = reader.open(tokens[0])
        seen: dict[str, list[float]] = {name: [] for name in ("bare", "get", "insert", "submit")}
        seen["paged"] = []
        for turn in range(repeats + 3):
            writer, pager = _Visitor(self.it), _Visitor(self.it)
            at, first = writer.open(tokens[turn + 1]), pager.open(paged[turn])
            writer.ask("GET", at)
            turns = {
                "bare": self._cost(reader, ("GET", "/bare/", None)),
                "get": self._cost(reader, ("GET", page, None)),
                "insert": self._cost(reader, ("POST", "/bare/insert/", {"text": "One row."})),
                "submit": self._cost(writer, ("POST", at, self._sent())),
                "paged": self._cost(
                    pager,
                    *(
                        ("POST", f"{first}?page={number + 1}", fields)
                        for number, fields in enumerate(self._sent_by_page())
                    ),
                ),
            }
            if turn >= 3:
                for name, seconds in turns.items():
                    seen[name].append(seconds)
        middle = {name: statistics.median(seconds) for name, seconds in seen.items()}
        kilobytes, requests = self._weight(reader, page)
        return {
            "bare_cpu_ms": round(middle["bare"] * 1000, 2),
            "bare_insert_cpu_ms": round(middle["insert"] * 1000, 2),
            "get_cpu_ms": round(middle["get"] * 1000, 2),
            "submit_cpu_ms": round(middle["submit"] * 1000, 2),
            "get_over_bare": round(middle["get"] / middle["bare"], 2),
            "submit_over_bare": round(middle["submit"] / middle["insert"], 2),
            "paged_submit_over_bare": round(middle["paged"] / middle["insert"], 2),
            "page_kb": kilobytes,
            "page_requests": requests,
        }

    def _cost(self, visitor: _Visitor, *requests: tuple[str, str, dict[str, str] | None]) -> float:
        began = self.it.tree.cpu_seconds(named=_COUNTED)
        for method, path, fields in requests:
            status, _, _ = visitor.ask(method, path, fields)
            if status not in {200, 303}:
                raise RuntimeError(f"{method} {path} answers {status}")
        return self.it.tree.cpu_seconds(named=_COUNTED) - began

    def _sent(self) -> dict[str, str]:
        return {**self.answers, "version": "0", "move": "on"}

    def _sent_by_page(self) -> list[dict[str, str]]:
        """The same answers, five at a time."""
        names = list(self.answers)
        return [
            {name: self.answers[name] for name in names[at : at + 5]}
            | {"version": str(number), "move": "on"}
            for number, at in enumerate(range(0, len(names), 5))
        ]

    def _weight(self, visitor: _Visitor, page: str) -> tuple[float, int]:
        """Kilobytes of the page and all it asks for, and how many requests that is."""
        _, _, body = visitor.ask("GET", page)
        found = re.findall(r'(?:href|src)="(/static/[^"]+)"', body.decode())
        parts = [visitor.ask("GET", path, gzip=True)[2] for path in (page, *found)]
        return round(sum(map(len, parts)) / 1000, 1), len(parts)


class _Crowd:
    """Different people who answer at the same time."""

    def __init__(self, it: Running, answers: dict[str, str]) -> None:
        self.it, self.answers = it, answers
        self.thanked: set[str] = set()
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()

    def answer(self, tokens: list[str]) -> dict[str, float | int | str]:
        with ThreadPoolExecutor(min(_AT_ONCE, len(tokens))) as pool:
            for token, status, seconds in pool.map(self._one, tokens):
                self.statuses[status] += 1
                self.seconds.append(seconds)
                if status == 303:
                    self.thanked.add(token)
        ranked = sorted(self.seconds)
        return {
            "p95_ms": round(1000 * ranked[int(0.95 * (len(ranked) - 1))]),
            "errors": sum(n for status, n in self.statuses.items() if status != 303),
        }

    def _one(self, token: str) -> tuple[str, int, float]:
        """Open the link, read the page, hand it in; what the last answered, and after how long."""
        began = time.monotonic()
        try:
            visitor = _Visitor(self.it)
            page = visitor.open(token)
            visitor.ask("GET", page)
            began = time.monotonic()
            own = {**self.answers, "q-comment": token, "version": "0", "move": "on"}
            status, _, _ = visitor.ask("POST", page, own)
        except (OSError, http.client.HTTPException, RuntimeError):
            status = 0
        return token, status, time.monotonic() - began
