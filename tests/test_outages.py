"""PostgreSQL killed and started again while people answer: nothing that was thanked for is lost,
and nobody sees more of it than a page that asks them to send again."""

import fcntl
import html
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from feedback.spoken import speech
from focusprog import datafolder, embedded, errors
from focusprog.benches.programme import shell
from tests.conftest import PROJECT, wait_until
from tests.mailserver import free_port

_CSRF = "b" * 32
_PEOPLE, _AT_ONCE, _KILLS = 160, 16, 3
_FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass(slots=True)
class _Engine:
    """A PostgreSQL of this test's own, and a web server on it."""

    at: datafolder.Locations
    port: int
    postgres: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """The server and all that it started, in the middle of whatever they do."""
        os.killpg(self.postgres.pid, signal.SIGKILL)
        self.postgres.wait()

    def start(self) -> None:
        """Again; what the dead one held is free once the last of it is gone."""
        started = wait_until(self._started)
        assert started is not None
        self.postgres = started

    def _started(self) -> "subprocess.Popen[bytes] | None":
        try:
            return embedded.start_postgres(self.at)
        except datafolder.EmbeddedError:
            return None


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Engine]:
    data = tmp_path / "data"
    monkeypatch.setenv("DATA", str(data))
    at = datafolder.locations()
    postgres, queue = embedded.start_postgres(at), embedded.start_queue(at)
    # As long as someone holds this, a command that ends leaves the engines running.
    users = (at.data / "users.lock").open("a")
    fcntl.flock(users, fcntl.LOCK_SH)
    port = free_port()
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=PROJECT, check=True)
    serve = ("-m", "gunicorn", "focusprog.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "8")
    with (tmp_path / "web.log").open("wb") as log:
        web = subprocess.Popen([sys.executable, *serve], cwd=PROJECT, stdout=log, stderr=log)
    made = _Engine(at, port, postgres)
    try:
        wait_until(lambda: web.poll() is None and _answers(port))
        yield made
    finally:
        for process in (web, queue, made.postgres):
            process.terminate()
        for process in (web, queue, made.postgres):
            process.wait()
        users.close()


def _answers(port: int) -> bool:
    try:
        return _Person(port, "").ask("GET", "/healthz")[0] == 200
    except OSError:
        return False


@dataclass(slots=True)
class _Person:
    """Someone with a link, and their browser."""

    port: int
    token: str
    cookies: dict[str, str] = field(default_factory=lambda: {"focusprog_csrf": _CSRF})
    seen: Counter[int] = field(default_factory=Counter)

    def ask(
        self, method: str, path: str, fields: list[tuple[str, str]] | None = None
    ) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.split(";")[0].partition("=")
                if name == "focusprog_answer":
                    self.cookies[name] = value
            self.seen[answer.status] += 1
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()

    def until(self, wanted: int, again: Callable[[], tuple[int, str, str]]) -> tuple[str, str]:
        """Try until it answers as wanted; anything but "just a moment" is wrong."""
        while True:
            status, location, page = again()
            if status == wanted:
                return location, page
            assert status == 503, (status, page)
            assert "Just a moment" in page
            assert "Traceback" not in page
            time.sleep(0.05)

    def answer(self, answers: dict[str, str]) -> bool:
        """Open the link, read the page, and hand in; whatever it takes. True once thanked."""
        page, _ = self.until(302, lambda: self.ask("GET", f"/a/{self.token}/"))
        self.until(200, lambda: self.ask("GET", page))
        sent = [*answers.items(), ("version", "0"), ("move", "on"), ("csrfmiddlewaretoken", _CSRF)]
        sent = [(name, self.words if name == "q-comment" else value) for name, value in sent]

        def hand_in() -> tuple[int, str, str]:
            nonlocal sent
            status, location, shown = self.ask("POST", page, sent)
            if status == 503:
                assert self.words in html.unescape(shown)
                # What the page gives back is what is sent next, as its button does.
                kept = [(name, html.unescape(value)) for name, value in _FIELD.findall(shown)]
                assert sorted(kept) == sorted(sent)
                sent = kept
            return status, location, shown

        location, _ = self.until(303, hand_in)
        return self.ask("GET", location)[0] in {200, 503}

    @property
    def words(self) -> str:
        return f"More light & “quiet”, please: {self.token}"


def _data(engine: _Engine, call: str) -> str:
    return shell(engine.at.data, f"from focusprog.benches.answers_data import *; {call}")


def test_postgres_killed_under_people_who_answer(engine: _Engine, tmp_path: Path) -> None:
    made = json.loads(_data(engine, f"fill({_PEOPLE})"))
    people = [_Person(engine.port, token) for token in made["on_one_page"]]
    done = threading.Semaphore(0)

    def answer(person: _Person) -> bool:
        thanked = person.answer(made["answers"])
        done.release()
        return thanked

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = [pool.submit(answer, person) for person in people]
        for _ in range(_KILLS):
            for _ in range(_PEOPLE // (_KILLS + 2)):
                assert done.acquire(timeout=60), [r.exception() for r in results if r.done()]
            engine.kill()
            engine.start()
        assert all(result.result(timeout=120) for result in results)
    seen: Counter[int] = Counter()
    for person in people:
        seen += person.seen
    assert set(seen) <= {200, 302, 303, 503}
    assert seen[503] > 0
    words = {person.token: person.words for person in people}
    thanked = tmp_path / "thanked.json"
    thanked.write_text(json.dumps(words))
    assert json.loads(_data(engine, f"stored({str(thanked)!r})")) == {"lost": 0, "doubled": 0}


def _page_for(error: Exception, request: HttpRequest) -> HttpResponse:
    """What Django shows where the error came up to it."""
    try:
        raise error
    except type(error):
        return errors.server_error(request)


def _post(**fields: object) -> HttpRequest:
    return RequestFactory().post("/o/here/people/add/?next=1", fields)


def test_only_an_outage_is_one(rf: RequestFactory) -> None:
    assert _page_for(ValueError("ours"), rf.get("/")).status_code == 500
    for error in (OperationalError("gone"), InterfaceError("closed"), redis.ConnectionError()):
        answer = _page_for(error, rf.get("/"))
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert "no-store" in answer["Cache-Control"]


def test_a_page_that_was_only_read_is_opened_again(rf: RequestFactory) -> None:
    shown = _page_for(OperationalError(), rf.get("/o/here/?team=1&q=a")).content.decode()
    assert 'href="/o/here/?team=1&amp;q=a"' in shown
    assert "<form" not in shown


def test_what_was_typed_is_given_back_as_text() -> None:
    hostile = "a <script>alert(1)</script>"
    shown = _page_for(OperationalError(), _post(name=hostile, team="7")).content.decode()
    assert 'action="/o/here/people/add/?next=1"' in shown
    assert [(name, html.unescape(value)) for name, value in _FIELD.findall(shown)] == [
        *(("name", hostile), ("team", "7"))
    ]
    assert "<script" not in shown


def test_passwords_and_files_are_never_in_the_page() -> None:
    for fields in (
        {"login": "ada@example.com", "password": "correct horse"},
        {"title": "A list", "file": SimpleUploadedFile("list.csv", b"a,b")},
    ):
        shown = _page_for(OperationalError(), _post(**fields)).content.decode()
        assert "correct horse" not in shown
        assert _FIELD.findall(shown) == []
        assert "never kept here" in shown


def test_respondents_read_it_in_their_language() -> None:
    request = RequestFactory().get("/answer/1/?lang=ar")
    request.resolver_match = resolve("/answer/1/")
    shown = _page_for(OperationalError(), request).content.decode()
    assert 'dir="rtl"' in shown
    assert speech("ar").page["outage_title"] in shown
