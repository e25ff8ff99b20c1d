"""The sample organisation: one story that holds together, and something on every page."""

import io
import json
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from accounts.models import User
from feedback.models import Comment, OpenLink, Response, Round
from feedback.queries.loyalty import recommend
from feedback.queries.receipts import receipts
from focusprog.sample.load import load_sample
from missions.queries import adopted
from programme.models import Organisation, Person, Role
from programme.queries import current_quarter
from reports.models import BoardReport
from tests.conftest import wait_until
from touchpoints.models import Voice
from touchpoints.queries import Cell, heatmap, periods_with_ratings

QUARTERS = 8
MOST_VALUABLE = 12
LISTS = [
    *("home", "programme:people", "programme:members", "programme:segments", "programme:teams"),
    *("touchpoints:index", "touchpoints:map", "touchpoints:improvements"),
    *(
        "feedback:index",
        "feedback:cases",
        "feedback:changes",
        "missions:index",
        "missions:decisions",
    ),
    "reports:index",
]


def test_loading_twice_makes_one_organisation(db: None) -> None:
    def load() -> tuple[dict[str, str], list[int]]:
        said = io.StringIO()
        call_command("load_sample", base_url="http://localhost:8000", stdout=said)
        rows = [model.objects.count() for model in (Organisation, Person, Round, Response, User)]
        return json.loads(said.getvalue())["links"], rows

    links, rows = load()
    again, rows_again = load()
    assert rows == rows_again
    assert rows[0] == 1
    assert links.keys() == again.keys() == set(Role)
    for link in again.values():
        assert Client().get(link.removeprefix("http://localhost:8000")).status_code == 200


def test_nothing_is_added_to_an_organisation_of_ones_own(organisation: Organisation) -> None:
    assert load_sample() is None
    assert Organisation.objects.get() == organisation
    assert not Person.objects.exists()


def test_eight_quarters_in_both_voices(db: None) -> None:
    cast = load_sample()
    assert cast is not None
    organisation = cast.organisation
    now = current_quarter(organisation)
    quarters = [now.shift(-back) for back in range(1, QUARTERS + 1)]
    periods = periods_with_ratings(organisation)
    assert [period.quarter for period in periods] == quarters
    closed = Round.objects.filter(state=Round.State.CLOSED).order_by("pk")
    for period in periods:
        held = {one.audience: one for one in closed if one.period_id == period.pk}
        assert held.keys() == set(Round.Audience)
        assert held[Round.Audience.INTERNAL].confidential
        assert not held[Round.Audience.EXTERNAL].confidential
        assert recommend(organisation=organisation, period=period)
        for receipt in receipts(organisation=organisation, period=period):
            assert receipt.answered is not None
            assert 0 < receipt.answered < receipt.invited
    # What was sealed gives nobody away.
    sealed = Response.objects.filter(round__confidential=True)
    assert sealed.exists()
    assert not sealed.exclude(invitation=None, submitted_at=None, started_at=None).exists()


def test_the_newest_quarter_has_every_sort_of_cell(db: None) -> None:
    cast = load_sample()
    assert cast is not None
    newest, before = periods_with_ratings(cast.organisation)[:2]
    seen: set[str] = set()
    changed: list[Cell] = []
    for voice in Voice:
        shown = heatmap(
            organisation=cast.organisation, period=newest, compare_with=before, voice=voice
        )
        for row in shown.rows():
            seen |= {cell.label for cell in (*row.cells, row.total)}
            changed += [cell for cell in (*row.cells, row.total) if cell.real_change]
    assert {"hidden", "split", "unclear", "magic", "misery"} <= seen
    assert changed


def test_every_page_has_something(db: None, as_user: Callable[[User], Client]) -> None:
    cast = load_sample()
    assert cast is not None
    client = as_user(cast.members[Role.LEADER].user)
    addresses = [reverse(name, args=[cast.organisation.slug]) for name in LISTS]
    people = reverse("programme:people", args=[cast.organisation.slug])
    empty = []
    for address in (*addresses, f"{people}?kind=customer"):
        page = client.get(address)
        assert page.status_code == 200
        if 'class="empty' in page.text:
            empty.append(address)
    assert empty == []
    assert adopted(cast.organisation)
    spoken = Comment.objects.exclude(touchpoint=None).values("touchpoint").annotate(n=Count("pk"))
    assert len(spoken) > QUARTERS


def test_residents_answer_at_a_place_in_every_newer_kind(
    db: None, as_user: Callable[[User], Client]
) -> None:
    cast = load_sample()
    assert cast is not None
    client = as_user(cast.members[Role.MANAGER].user)
    by_place = Round.objects.filter(open_links__isnull=False)
    assert {one.state for one in by_place} == {Round.State.OPEN, Round.State.CLOSED}
    closed = by_place.get(state=Round.State.CLOSED)
    results = client.get(reverse("feedback:results", args=[cast.organisation.slug, closed.pk]))
    for question in closed.survey.questions.exclude(kind="short"):
        assert question.text in results.text
    places = OpenLink.objects.filter(round__state=Round.State.OPEN)
    assert places.get(use=OpenLink.Use.KIOSK).place == "The caretaker’s office"
    place = places.get(use=OpenLink.Use.OWN_DEVICE)
    page = Client().get(reverse("open_answer", args=[place.token]))
    assert "How was our visit to your lift?" in page.text


@pytest.mark.django_db(transaction=True)
def test_a_worker_builds_the_newest_report_and_sends_the_open_round(
    celery_worker: None, mailbox: Callable[[], list[EmailMessage]]
) -> None:
    cast = load_sample()
    assert cast is not None
    report = BoardReport.objects.get()
    wait_until(lambda: _state(report) != BoardReport.State.BUILDING, seconds=60)
    report.refresh_from_db()
    assert (report.state, report.error) == (BoardReport.State.READY, "")
    assert report.period == periods_with_ratings(cast.organisation)[0]
    assert bytes(report.pdf or b"").startswith(b"%PDF")
    wait_until(lambda: len(mailbox()) >= MOST_VALUABLE)
    asked = Person.objects.filter(invitations__round__state=Round.State.OPEN)
    got = {email["To"].addresses[0].addr_spec for email in mailbox()}
    assert got == {person.email for person in asked}


def _state(report: BoardReport) -> str:
    return BoardReport.objects.values_list("state", flat=True).get(pk=report.pk)
