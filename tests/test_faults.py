"""Faults, injected while a round is being sent: nobody is lost, and nobody is asked twice."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import redis
from django.conf import settings as project
from django.db import connection
from django.utils import timezone

from feedback import tasks as round_tasks
from feedback.models import Invitation, Round
from feedback.services import open_round
from outbox import tasks as outbox_tasks
from outbox.models import Email, EmailState
from outbox.services import NewEmail, wake_worker, write_emails
from programme.models import Organisation, Person
from tests import factories
from tests.conftest import PROJECT, wait_until
from tests.mailserver import Script, serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings: Any) -> Iterator[Script]:
    with serving(settings) as script:
        yield script


def _customers(of: Organisation, n: int) -> None:
    Person.objects.bulk_create(
        Person(organisation=of, kind="customer", name=f"Customer {k}", email=f"c{k}@example.com")
        for k in range(n)
    )


def _worker(*, children: int, pool: str = "prefork") -> "subprocess.Popen[bytes]":
    """A real worker with processes of its own, which can be killed one by one. Of a single one the
    leases may be ended as soon as it is dead: nobody else has any."""
    port = project.MAILERS["default"]["OPTIONS"]["port"]
    command = ("-m", "celery", "--app", "focusprog", "--quiet", "worker", "--pool", pool)
    return subprocess.Popen(
        [
            *(sys.executable, *command, "--concurrency", str(children), "--queues", "default"),
            *("--without-gossip", "--without-mingle", "--loglevel", "CRITICAL"),
        ],
        cwd=PROJECT,
        env={**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _has_accepted(server: Script, n: int) -> bool:
    return len(server.accepted) >= n


def _kill_whole(worker: "subprocess.Popen[bytes]") -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _kill_child(worker: "subprocess.Popen[bytes]", luck: random.Random) -> None:
    listed = subprocess.run(
        ["ps", "--ppid", str(worker.pid), "-o", "pid="], capture_output=True, text=True, check=False
    )
    children = [int(word) for word in listed.stdout.split()]
    if children:
        os.kill(luck.choice(children), signal.SIGKILL)


def _sweep() -> None:
    """The minute's sweep once the leases of the dead have run out."""
    Email.objects.filter(state=EmailState.QUEUED, leased_until__isnull=False).update(
        leased_until=timezone.now()
    )
    round_tasks.sweep()
    wake_worker()


def _each_once(sent: Round, people: int, server: Script, *, at_most_twice: int) -> None:
    """One invitation and one email each; a second of an email only as often as someone was killed,
    and then with the same Message-ID."""
    assert Invitation.objects.filter(round=sent).count() == people
    emails = Email.objects.filter(key__startswith=f"round:{sent.pk}:")
    assert emails.filter(state=EmailState.SENT).count() == people
    arrived = Counter(str(message["Message-ID"]) for message in server.accepted)
    assert set(arrived) == set(emails.values_list("message_id", flat=True))
    assert len({str(message["To"]) for message in server.accepted}) == people
    assert arrived.total() - people <= at_most_twice


def test_workers_killed_at_any_moment_lose_and_double_nobody(
    organisation: Organisation, server: Script, pytestconfig: pytest.Config
) -> None:
    """`--kills 50` is the whole of it: 2,000 invitations, children and whole workers in turn."""
    kills: int = pytestconfig.getoption("kills")
    people = min(2_000, 100 * kills)
    luck = random.Random(kills)
    _customers(organisation, people)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    step = people // (kills + 1)
    worker = _worker(children=1)
    try:
        for kill in range(kills):
            reached = min(people, (kill + 1) * step)
            wait_until(partial(_has_accepted, server, reached), 120)
            time.sleep(luck.random() / 20)
            if kill % 2:
                _kill_whole(worker)
                worker = _worker(children=1)
            else:
                _kill_child(worker, luck)
            _sweep()

        def done() -> bool:
            waiting = Email.objects.filter(state=EmailState.QUEUED)
            if waiting.filter(leased_until=None).exists():
                wake_worker()
            written = Invitation.objects.filter(round=sent).count() == people
            return written and not waiting.exists()

        wait_until(done, 120)
    finally:
        _kill_whole(worker)
    _each_once(sent, people, server, at_most_twice=kills)


def test_a_wiped_queue_loses_nobody(organisation: Organisation, server: Script) -> None:
    _customers(organisation, 600)
    sent = factories.draft_round(organisation)
    open_round(round=sent)  # too many for one transaction: a worker was told
    redis.Redis(
        unix_socket_path=project.CELERY_BROKER_URL.removeprefix("redis+socket://").split("?")[0]
    ).flushall()
    worker = _worker(children=2)
    try:
        round_tasks.sweep()
        wait_until(lambda: len(server.accepted) >= 100, 60)
        redis.Redis(
            unix_socket_path=project.CELERY_BROKER_URL.removeprefix("redis+socket://").split("?")[0]
        ).flushall()
        round_tasks.sweep()
        wake_worker()
        done = Email.objects.filter(state=EmailState.SENT)
        wait_until(lambda: done.count() == 600, 120)
    finally:
        _kill_whole(worker)
    _each_once(sent, 600, server, at_most_twice=0)


def _at_once(*works: Any) -> list[BaseException]:
    failed: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Any) -> None:
        try:
            start.wait()
            work()
        except BaseException as error:  # noqa: BLE001  (whatever it is, the test shall say it)
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_each_task_delivered_five_times_at_once_does_its_work_once(
    organisation: Organisation, server: Script
) -> None:
    _customers(organisation, 550)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    assert _at_once(*[lambda: round_tasks.continue_opening(sent.pk)] * 5) == []
    while Round.objects.get(pk=sent.pk).opening:
        round_tasks.continue_opening(sent.pk)
    assert _at_once(*[outbox_tasks.send_due, outbox_tasks.sweep] * 5) == []
    outbox_tasks.send_due()
    _each_once(sent, 550, server, at_most_twice=0)


def test_reminders_due_in_five_sweeps_at_once_are_written_once(
    organisation: Organisation, server: Script
) -> None:
    _customers(organisation, 300)
    sent = factories.draft_round(organisation, reminder_days=[1])
    open_round(round=sent)
    Round.objects.filter(pk=sent.pk).update(opened_at=timezone.now() - dt.timedelta(days=2))
    assert _at_once(*[round_tasks.sweep] * 5) == []
    round_tasks.sweep()
    assert _at_once(*[outbox_tasks.send_due] * 5) == []
    outbox_tasks.send_due()
    arrived = Counter(str(message["Message-ID"]) for message in server.accepted)
    assert len(arrived) == arrived.total() == 600
    assert Email.objects.filter(key__endswith=":reminder:1", state=EmailState.SENT).count() == 300


def _wait_for(event: threading.Event) -> None:
    event.wait(120)


def test_a_mail_server_that_hangs_leaves_a_worker_time_for_what_else_is_due(
    organisation: Organisation, server: Script
) -> None:
    """All its threads are asked to send, and the server keeps each of them waiting."""
    answers = threading.Event()
    server.before_reply = partial(_wait_for, answers)
    _customers(organisation, 600)
    write_emails(
        NewEmail(
            key=f"waits:{n}",
            organisation_id=organisation.pk,
            to_email=f"waits{n}@example.com",
            subject="Hello",
            text="Hello",
        )
        for n in range(500)
    )
    sent = factories.draft_round(organisation)
    worker = _worker(children=4, pool="threads")
    try:
        for _ in range(8):
            wake_worker()
        wait_until(lambda: server.connections > 0, 60)
        open_round(round=sent)
        wait_until(lambda: not Round.objects.get(pk=sent.pk).opening, 60)
        assert server.accepted == []
    finally:
        answers.set()
        _kill_whole(worker)


def test_two_rounds_opened_at_the_same_moment_ask_no_customer_twice(
    organisation: Organisation,
) -> None:
    _customers(organisation, 60)
    first, second = (
        factories.draft_round(organisation, rest_days=30, selection={"sample": 40})
        for _ in range(2)
    )
    assert _at_once(lambda: open_round(round=first), lambda: open_round(round=second)) == []
    asked = Counter(Invitation.objects.values_list("person", flat=True))
    assert max(asked.values()) == 1
    assert sum(asked.values()) == 60
