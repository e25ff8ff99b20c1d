"""What tests share; see `tests.services` for the engines below."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import User
from programme.models import Membership, Organisation, Role
from tests import factories
from tests.running import Programme, run_programme

type Url = Callable[..., str]

PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# No test is timed: what a busy machine takes longer for is not wrong.
hypothesis_settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills",
        type=int,
        default=3,
        help="how often tests/test_faults.py kills a worker in the middle of a round",
    )
    parser.addoption(
        "--attacks",
        type=int,
        default=2000,
        help="how many organisations tests/test_confidentiality.py makes up and attacks",
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> None:
    """The throw-away server's one database is the tests' database."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("migrate", verbosity=0)


@pytest.fixture(autouse=True)
def _empty_cache_and_mailbox() -> Iterator[None]:
    """Neither limits nor emails of one test reach the next."""
    yield
    cache.clear()
    assert settings.MAILBOX is not None
    for file in settings.MAILBOX.glob("*.eml"):
        file.unlink()


@pytest.fixture
def organisation(db: None) -> Organisation:
    return factories.organisation()


@pytest.fixture
def leader(organisation: Organisation) -> Membership:
    return factories.member(organisation, Role.LEADER)


@pytest.fixture
def manager(organisation: Organisation) -> Membership:
    return factories.member(organisation, Role.MANAGER)


@pytest.fixture
def as_user(db: None) -> Callable[[User], Client]:
    """A test client signed in as that user."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def as_leader(leader: Membership, as_user: Callable[[User], Client]) -> Client:
    return as_user(leader.user)


@pytest.fixture
def as_manager(manager: Membership, as_user: Callable[[User], Client]) -> Client:
    return as_user(manager.user)


@pytest.fixture
def as_member(organisation: Organisation, as_user: Callable[[User], Client]) -> Client:
    return as_user(factories.member(organisation, Role.MEMBER).user)


@pytest.fixture
def as_auditor(organisation: Organisation, as_user: Callable[[User], Client]) -> Client:
    return as_user(factories.member(organisation, Role.AUDITOR).user)


@pytest.fixture
def stranger_client(db: None, as_user: Callable[[User], Client]) -> Client:
    """Signed in as the leader of another organisation."""
    other = factories.organisation(name="Somewhere else")
    return as_user(factories.member(other, Role.LEADER).user)


@pytest.fixture
def map_url(organisation: Organisation) -> Url:
    """The address of a page of the organisation's map, by its name and what else is in it."""

    def build(name: str, **where: object) -> str:
        return reverse(f"touchpoints:{name}", kwargs={"organisation": organisation.slug, **where})

    return build


@pytest.fixture
def mailbox() -> Callable[[], list[EmailMessage]]:
    """The emails that the SMTP sink has received, oldest first."""

    def read() -> list[EmailMessage]:
        assert settings.MAILBOX is not None
        found = []
        for file in sorted(settings.MAILBOX.glob("*.eml")):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found

    return read


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data, which the project does not carry."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return folder


@pytest.fixture
def celery_worker(django_db_setup: None) -> Iterator[None]:
    """A real worker, in its own process, on this process's database and queue. Only while a test
    asks for it: it would take the work of those that look at each step by themselves."""
    log = Path(os.environ["DATA"]) / "logs" / "worker.log"
    with log.open("ab") as output:
        worker = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "--app", "focusprog", "--quiet", "worker"),
                *("--pool", "threads", "--concurrency", "4", "--queues", "default,reports"),
                *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
            ],
            cwd=PROJECT,
            stdout=output,
            stderr=output,
        )
    yield
    worker.terminate()
    try:
        worker.wait(10)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def wait_until[T](answer: Callable[[], T], seconds: float = 30) -> T:
    """Ask until the answer is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := answer()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return found


def at_once(*actions: Callable[[], object]) -> list[BaseException | None]:
    """Run each in a thread and connection of its own, from one starting gun; their errors."""
    gun = threading.Barrier(len(actions))
    outcomes: list[BaseException | None] = [None] * len(actions)

    def run(place: int, action: Callable[[], object]) -> None:
        try:
            gun.wait(10)
            action()
        except Exception as problem:  # noqa: BLE001  (handed to the test)
            outcomes[place] = problem
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(place, action)) for place, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return outcomes


# A real browser


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is not installed: `make test` installs it, or says how."
    return {"executable_path": chromium, "args": CHROMIUM_FLAGS}


@pytest.fixture
def sign_in_browser(
    context: BrowserContext, live_server: object
) -> Callable[[User], BrowserContext]:
    """Put that user's session into the browser of this test."""

    def sign_in(user: User) -> BrowserContext:
        client = Client()
        client.force_login(user)
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": str(live_server),
                }
            ]
        )
        return context

    return sign_in


@pytest.fixture
def phone_page(browser: Browser) -> Iterator[Page]:
    """A phone in portrait, with touch."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Callable[[], Page]]:
    """A new phone each time it is called: nobody is signed in on it."""
    contexts = []

    def new() -> Page:
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
        )
        contexts.append(context)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """The whole programme, running by its one command in an empty folder."""
    yield from run_programme(tmp_path_factory.mktemp("run"))
