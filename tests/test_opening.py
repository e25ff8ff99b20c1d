"""Opening a round of many people: in batches, resumed, nobody lost or doubled."""

import os
import subprocess
import sys
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feedback import queries, tasks
from feedback.models import Invitation, Round
from feedback.services import close_round, continue_opening, hash_of, open_round, opening
from outbox.models import Email
from programme.models import Organisation, Person
from tests import factories
from tests.conftest import wait_until

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _whole_rounds_in_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is."""
    monkeypatch.setattr(opening, "_TURN_SECONDS", 600)


def _customers(organisation: Organisation, n: int) -> None:
    Person.objects.bulk_create(
        Person(
            organisation=organisation,
            kind="customer",
            name=f"Customer {k}",
            email=f"c{k}@example.com",
            yearly_value=k,
        )
        for k in range(n)
    )


def _each_once(sent: Round, n: int) -> None:
    """Everyone has one invitation and one email, whose link is that invitation's."""
    assert Invitation.objects.filter(round=sent).values("person").distinct().count() == n
    emails = Email.objects.filter(key__startswith=f"round:{sent.pk}:")
    assert emails.count() == n
    links = {hash_of(text.split("/a/")[1].split("/")[0]) for (text,) in emails.values_list("text")}
    assert links == set(Invitation.objects.filter(round=sent).values_list("token_hash", flat=True))


def test_many_are_invited_in_batches_of_few_queries(
    organisation: Organisation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _customers(organisation, 1_700)
    factories.customer(organisation, email="")
    sent = factories.draft_round(organisation)
    with django_assert_max_num_queries(10):
        assert open_round(round=sent).invited == 0
    sent.refresh_from_db()
    assert (sent.state, sent.opening, sent.expected) == ("open", True, 1_700)
    assert open_round(round=sent).invited == 0
    with django_assert_max_num_queries(70):
        continue_opening(round_id=sent.pk)
    sent.refresh_from_db()
    assert (sent.opening, sent.held_back) == (False, 1)
    _each_once(sent, 1_700)
    continue_opening(round_id=sent.pk)
    _each_once(sent, 1_700)


def test_the_most_valuable_of_many_are_invited_in_batches(organisation: Organisation) -> None:
    _customers(organisation, 1_300)
    sent = factories.draft_round(organisation, selection={"most_valuable": 1_100})
    open_round(round=sent)
    continue_opening(round_id=sent.pk)
    _each_once(sent, 1_100)
    assert not Invitation.objects.filter(round=sent, person__yearly_value__lt=200).exists()


def test_an_opening_that_breaks_off_is_taken_up_where_it_was(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its turn a worker stops between two batches; an error undoes its batch only."""
    _customers(organisation, 1_700)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    monkeypatch.setattr(opening, "_TURN_SECONDS", -1)
    continue_opening(round_id=sent.pk)
    _each_once(sent, 500)
    person = Person.objects.order_by("pk")[700]
    with monkeypatch.context() as broken:
        broken.setattr("outbox.services.make_msgid", lambda domain: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            continue_opening(round_id=sent.pk)
    assert not Invitation.objects.filter(round=sent, person=person).exists()
    _each_once(sent, 500)
    for _ in range(3):
        continue_opening(round_id=sent.pk)
    _each_once(sent, 1_700)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_and_doubles_nobody(
    organisation: Organisation,
) -> None:
    """Workers are killed at any moment; two at once share the rest."""
    _customers(organisation, 4_000)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    code = (
        "import django; django.setup(); from feedback.services import opening; "
        "opening._TURN_SECONDS = 600; print('ready', flush=True); "
        f"opening.continue_opening(round_id={sent.pk})"
    )

    def worker() -> "subprocess.Popen[bytes]":
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "focusprog.settings"}
        return subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment
        )

    for seconds in (0.1, 0.5, 0.9):
        with worker() as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(seconds)
            process.kill()
    reached = Invitation.objects.filter(round=sent).count()
    assert reached % 500 == 0
    _each_once(sent, reached)
    pair = [worker(), worker()]
    for process in pair:
        assert process.wait(300) == 0
        process.stdout.close()  # type: ignore[union-attr]
    _each_once(sent, 4_000)
    sent.refresh_from_db()
    assert not sent.opening


@pytest.mark.django_db(transaction=True)
def test_the_sweep_opens_what_nobody_was_told_of(
    organisation: Organisation, celery_worker: None
) -> None:
    _customers(organisation, 600)
    sent = factories.draft_round(organisation)
    Round.objects.filter(pk=sent.pk).update(
        state="open", opening=True, expected=600, opened_at=timezone.now()
    )
    tasks.sweep()
    wait_until(lambda: not Round.objects.get(pk=sent.pk).opening)
    _each_once(sent, 600)


def test_people_answer_while_others_are_being_invited_and_closing_stops_the_rest(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _customers(organisation, 1_200)
    sent = factories.draft_round(organisation)
    open_round(round=sent)
    monkeypatch.setattr(opening, "_TURN_SECONDS", -1)
    continue_opening(round_id=sent.pk)
    factories.submitted(Invitation.objects.all()[0], recommend=9)
    closed = close_round(round=sent)
    assert closed.results is not None
    assert (closed.results["invited"], closed.results["answered"]) == (500, 1)
    continue_opening(round_id=sent.pk)
    _each_once(sent, 500)


def test_the_page_shows_how_far_the_opening_is(
    organisation: Organisation, as_manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _customers(organisation, 1_200)
    sent = factories.draft_round(organisation)
    confirm = reverse("feedback:round_open", args=[organisation.slug, sent.pk])
    shown = as_manager.post(confirm, follow=True)
    assert b"on its way to 1,200 people" in shown.content
    assert b"0 of 1,200 invitations are written" in shown.content
    monkeypatch.setattr(opening, "_TURN_SECONDS", -1)
    continue_opening(round_id=sent.pk)
    address = reverse("feedback:round_progress", args=[organisation.slug, sent.pk])
    part = as_manager.get(address, headers={"HX-Request": "true"})
    assert b"500 of 1,200 invitations are written" in part.content
    assert b"<html" not in part.content
    assert as_manager.get(address).status_code == 302
    continue_opening(round_id=sent.pk)
    continue_opening(round_id=sent.pk)
    done = as_manager.get(address, headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"
    page = as_manager.get(reverse("feedback:round", args=[organisation.slug, sent.pk]))
    assert b"invitations are written" not in page.content


@pytest.mark.parametrize("selection", [{"sample": 1_200, "seed": "a"}, {"most_valuable": 1_200}])
def test_of_a_limited_selection_only_the_first_in_turn_are_invited_and_sorted_once(
    organisation: Organisation, selection: dict[str, object]
) -> None:
    _customers(organisation, 2_000)
    sent = factories.draft_round(organisation, selection=selection)
    first = queries.invited(
        organisation=organisation, audience=sent.audience, selection=sent.selection
    )
    expected = set(first.values_list("pk", flat=True))
    open_round(round=sent)
    with CaptureQueriesContext(connection) as asked:
        continue_opening(round_id=sent.pk)
    _each_once(sent, 1_200)
    assert set(Invitation.objects.filter(round=sent).values_list("person", flat=True)) == expected
    # The last batch alone looks whether anyone has to stand in for someone.
    assert sum("LIMIT" in one["sql"] and _ends_with_turn(one["sql"]) for one in asked) <= 1


def _ends_with_turn(sql: str) -> bool:
    order = sql.rpartition("ORDER BY")[2]
    return "MD5" in order or "yearly_value" in order


@pytest.mark.parametrize("selection", [{"sample": 1_200, "seed": "a"}, {"most_valuable": 1_200}])
def test_the_next_in_turn_stand_in_for_those_who_drop_out_meanwhile(
    organisation: Organisation, selection: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    _customers(organisation, 2_000)
    sent = factories.draft_round(organisation, selection=selection)
    turn = list(
        queries.invited(
            organisation=organisation,
            audience=sent.audience,
            selection={**sent.selection, next(iter(selection)): 2_000},
        ).values_list("pk", flat=True)
    )
    open_round(round=sent)
    monkeypatch.setattr(opening, "_TURN_SECONDS", 0)
    continue_opening(round_id=sent.pk)
    begun = set(Invitation.objects.filter(round=sent).values_list("person", flat=True))
    assert len(begun) == opening.BATCH
    left = [pk for pk in turn[:1_200] if pk not in begun][:7]
    Person.objects.filter(pk__in=left).update(unsubscribed_at=timezone.now())
    while Round.objects.get(pk=sent.pk).opening:
        continue_opening(round_id=sent.pk)
    _each_once(sent, 1_200)
    asked = set(Invitation.objects.filter(round=sent).values_list("person", flat=True))
    assert asked == set(turn[:1_207]) - set(left)
