"""Asking for a report, watching it, reading it, sending it."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox.models import Email
from programme.models import Membership, Organisation, Period
from reports import queries, services
from reports.assembly import assemble
from reports.models import BoardReport
from tests import factories
from tests.conftest import wait_until


def at(name: str, organisation: Organisation, **kwargs: object) -> str:
    return reverse(f"reports:{name}", kwargs={"organisation": organisation.slug, **kwargs})


@pytest.fixture
def rated(organisation: Organisation) -> Period:
    """A quarter in which one touchpoint was rated."""
    period = factories.period(organisation, "2026Q3")
    touchpoint = factories.touchpoint(organisation, "Invoice")
    factories.tally(touchpoint, period, (30, 10, 5))
    return period


@pytest.fixture
def built(rated: Period, manager: Membership) -> BoardReport:
    report = services.request_report(
        organisation=rated.organisation, period=rated, built_by=manager
    )
    services.build_report(report_id=report.pk)
    report.refresh_from_db()
    return report


@pytest.fixture
def ready(rated: Period) -> BoardReport:
    """A finished report, without the seconds of printing one."""
    known = queries.gather(organisation=rated.organisation, period=rated)
    return BoardReport.objects.create(
        organisation=rated.organisation,
        period=rated,
        state="ready",
        figures=assemble(known).as_json(),
        pdf=b"%PDF-1.7 printed",
        pages=11,
        sha256="ab" * 32,
        finished_at=timezone.now(),
        approval="frozen",
        frozen_at=timezone.now(),
    )


def test_a_build_keeps_its_figures_its_print_and_its_fingerprint(built: BoardReport) -> None:
    assert (built.state, built.progress, built.error) == ("ready", 100, "")
    assert built.figures["worries"][0]["touchpoint"] == "Invoice"
    assert built.pdf is not None
    assert bytes(built.pdf).startswith(b"%PDF")
    assert built.pages is not None
    assert built.pages >= 5
    assert len(built.sha256) == 64


def test_the_same_data_gives_the_same_figures_in_a_new_edition(built: BoardReport) -> None:
    again = services.request_report(
        organisation=built.organisation, period=built.period, built_by=None
    )
    services.build_report(report_id=again.pk)
    again.refresh_from_db()
    assert again.edition == 2
    assert again.figures == built.figures


def test_one_report_of_a_quarter_is_built_at_a_time(rated: Period) -> None:
    services.request_report(organisation=rated.organisation, period=rated, built_by=None)
    with pytest.raises(services.ReportsError, match="2026Q3 is being built already"):
        services.request_report(organisation=rated.organisation, period=rated, built_by=None)


def test_a_finished_report_is_never_built_over(built: BoardReport) -> None:
    before = built.finished_at
    services.build_report(report_id=built.pk)
    built.refresh_from_db()
    assert built.finished_at == before
    assert built.attempts == 1


def test_a_build_that_another_worker_is_at_is_left_alone(rated: Period) -> None:
    report = services.request_report(organisation=rated.organisation, period=rated, built_by=None)
    BoardReport.objects.filter(pk=report.pk).update(started_at=timezone.now(), attempts=1)
    services.build_report(report_id=report.pk)
    report.refresh_from_db()
    assert report.state == "building"
    assert report.attempts == 1


def test_a_build_that_died_is_taken_up_again(rated: Period) -> None:
    report = services.request_report(organisation=rated.organisation, period=rated, built_by=None)
    long_ago = timezone.now() - 2 * services.DEAD_AFTER
    BoardReport.objects.filter(pk=report.pk).update(started_at=long_ago, attempts=1)
    services.build_report(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.attempts) == ("ready", 2)


def test_a_build_that_died_too_often_says_so(rated: Period) -> None:
    report = services.request_report(organisation=rated.organisation, period=rated, built_by=None)
    long_ago = timezone.now() - 2 * services.DEAD_AFTER
    BoardReport.objects.filter(pk=report.pk).update(
        started_at=long_ago, attempts=services.MOST_ATTEMPTS
    )
    services.build_report(report_id=report.pk)
    report.refresh_from_db()
    assert report.state == "failed"
    assert "cut off 3 times" in report.error


def test_a_print_that_fails_is_a_failed_report_with_its_reason(
    rated: Period, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.rendering.MOST_SECONDS", 0.2)
    report = services.request_report(organisation=rated.organisation, period=rated, built_by=None)
    services.build_report(report_id=report.pk)
    report.refresh_from_db()
    assert report.state == "failed"
    assert "was stopped" in report.error
    assert report.pdf is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("celery_worker")
def test_the_worker_builds_what_is_asked_for_and_sends_it(
    rated: Period,
    manager: Membership,
    as_user: Callable[..., Client],
    mailbox: Callable[[], list[EmailMessage]],
) -> None:
    client = as_user(manager.user)
    organisation = rated.organisation
    answer = client.post(at("request", organisation), {"quarter": "2026Q3"}, follow=True)
    report = BoardReport.objects.get()
    assert answer.redirect_chain[-1][0] == at("report", organisation, report=report.pk)
    wait_until(lambda: BoardReport.objects.filter(state="ready").exists(), 60)
    client.post(at("report_review", organisation, report=report.pk))
    client.post(at("report_freeze", organisation, report=report.pk))
    frozen = BoardReport.objects.filter(state="ready", approval="frozen")
    wait_until(frozen.exists, 60)
    client.post(_send(report), {"emails": "board@example.com", "confirmed": "yes"})
    wait_until(mailbox, 60)
    (message,) = mailbox()
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == report.filename
    report.refresh_from_db()
    assert attachment.get_payload(decode=True) == bytes(report.pdf or b"")
    wait_until(lambda: Email.objects.filter(state="sent").exists())
    page = client.get(at("report", organisation, report=report.pk)).text
    assert "board@example.com" in page
    assert "Sent" in page


def _send(report: BoardReport) -> str:
    return at("report_send", report.organisation, report=report.pk)


@pytest.mark.parametrize("seconds", [0, 120])
def test_the_sweep_finds_what_waits(rated: Period, seconds: int) -> None:
    report = services.request_report(organisation=rated.organisation, period=rated, built_by=None)
    asked = timezone.now() - timedelta(seconds=seconds)
    BoardReport.objects.filter(pk=report.pk).update(created_at=asked)
    assert list(services.waiting_and_dead()) == ([report.pk] if seconds else [])


# The pages


def test_an_empty_list_offers_the_first_step(
    organisation: Organisation, as_manager: Client, as_auditor: Client
) -> None:
    page = as_manager.get(at("index", organisation)).text
    assert "Build the first report" in page
    assert "(no ratings yet)" in page
    page = as_auditor.get(at("index", organisation)).text
    assert "No report yet" in page
    assert "Build the report" not in page


def test_the_quarter_with_ratings_is_chosen_beforehand(rated: Period, as_manager: Client) -> None:
    page = as_manager.get(at("index", rated.organisation)).text
    assert '<option value="2026Q3" selected>' in page


@pytest.mark.parametrize("quarter", ["", "1066Q1", "nonsense", "2026Q3\x00", "x" * 100_000])
def test_a_quarter_that_is_not_offered_is_refused_at_its_field(
    quarter: str, organisation: Organisation, as_manager: Client
) -> None:
    answer = as_manager.post(at("request", organisation), {"quarter": quarter})
    assert answer.status_code in {400, 422}
    assert not BoardReport.objects.exists()


def test_asking_twice_leads_to_the_one_that_is_being_built(
    rated: Period, as_manager: Client
) -> None:
    first = as_manager.post(at("request", rated.organisation), {"quarter": "2026Q3"})
    second = as_manager.post(at("request", rated.organisation), {"quarter": "2026Q3"}, follow=True)
    assert second.redirect_chain[-1][0] == first["Location"]
    assert "is being built already" in second.text


def test_progress_is_shown_and_the_page_is_loaded_anew_at_the_end(
    rated: Period, as_member: Client
) -> None:
    report = services.request_report(organisation=rated.organisation, period=rated, built_by=None)
    BoardReport.objects.filter(pk=report.pk).update(progress=45, step="Drawing the charts")
    page = as_member.get(at("report", rated.organisation, report=report.pk)).text
    assert 'value="45"' in page
    assert "Check again" in page
    progress = at("report_progress", rated.organisation, report=report.pk)
    part = as_member.get(progress)
    assert "Drawing the charts" in part.text
    assert "<html" not in part.text
    assert "HX-Refresh" not in part
    BoardReport.objects.filter(pk=report.pk).update(state="failed", error="No paper.")
    assert as_member.get(progress)["HX-Refresh"] == "true"
    assert "No paper." in as_member.get(at("report", rated.organisation, report=report.pk)).text


def test_members_read_and_download(ready: BoardReport, as_auditor: Client) -> None:
    page = as_auditor.get(at("report", ready.organisation, report=ready.pk)).text
    assert ready.figures["headline"] in page
    assert "Send by email" not in page
    answer = as_auditor.get(at("report_pdf", ready.organisation, report=ready.pk))
    assert answer["Content-Type"] == "application/pdf"
    assert ready.filename in answer["Content-Disposition"]
    assert answer.content == bytes(ready.pdf or b"")


def test_an_unfinished_report_has_no_pdf(rated: Period, as_manager: Client) -> None:
    report = services.request_report(organisation=rated.organisation, period=rated, built_by=None)
    for name in ("report_pdf", "report_send"):
        address = at(name, rated.organisation, report=report.pk)
        assert as_manager.get(address).status_code == 404


def test_another_organisation_s_report_does_not_exist(
    ready: BoardReport, as_user: Callable[..., Client]
) -> None:
    other = factories.member(factories.organisation())
    client = as_user(other.user)
    for name in ("report", "report_progress", "report_pdf", "report_send"):
        assert client.get(at(name, other.organisation, report=ready.pk)).status_code == 404


def test_sending_shows_whom_it_goes_to_and_then_writes_each_email_once(
    ready: BoardReport, as_manager: Client
) -> None:
    typed = "Chair@Example.com, deputy@example.com;\nchair@example.com"
    page = as_manager.post(_send(ready), {"emails": typed}).text
    assert "Send to 2 addresses" in page
    assert not Email.objects.exists()
    for _ in range(2):
        as_manager.post(_send(ready), {"emails": typed, "confirmed": "yes"})
    assert sorted(Email.objects.values_list("to_email", flat=True)) == [
        "chair@example.com",
        "deputy@example.com",
    ]
    email = Email.objects.filter(to_email="chair@example.com").get()
    assert ready.figures["headline"] in email.text
    assert bytes(email.attachments.get().content) == bytes(ready.pdf or b"")


def test_who_has_it_already_is_left_out_and_told(ready: BoardReport, as_manager: Client) -> None:
    as_manager.post(_send(ready), {"emails": "chair@example.com", "confirmed": "yes"})
    page = as_manager.post(_send(ready), {"emails": "chair@example.com new@example.com"}).text
    assert "Send to 1 address<" in page
    assert "they have it already" in page
    answer = as_manager.post(_send(ready), {"emails": "chair@example.com", "confirmed": "yes"})
    assert answer.status_code == 422
    assert "sent to all of these addresses before" in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter at least one email address."),
        (" , ;", "Enter at least one email address."),
        ("chair@example.com, nobody", "“nobody” is not an email address"),
        ("<script>@x", "is not an email address"),
        (" ".join(f"a{n}@example.com" for n in range(60)), "At most 50 addresses"),
        ("a" * 100_000, "100000 characters, and 10000 fit"),
    ],
)
def test_wrong_addresses_are_named_and_nothing_typed_is_lost(
    typed: str, said: str, ready: BoardReport, as_manager: Client
) -> None:
    answer = as_manager.post(_send(ready), {"emails": typed, "confirmed": "yes"})
    assert answer.status_code == 422
    assert said in answer.text
    assert not Email.objects.exists()
    assert "<script>@x" not in answer.text
    if typed.startswith("chair"):
        assert "chair@example.com, nobody</textarea>" in answer.text


def test_the_next_report_remembers_the_board(ready: BoardReport, as_manager: Client) -> None:
    as_manager.post(_send(ready), {"emails": "chair@example.com", "confirmed": "yes"})
    again = services.request_report(
        organisation=ready.organisation, period=ready.period, built_by=None, correction="Rounds."
    )
    BoardReport.objects.filter(pk=again.pk).update(
        state="ready", approval="frozen", frozen_at=timezone.now()
    )
    assert "chair@example.com</textarea>" in as_manager.get(_send(again)).text


@pytest.mark.parametrize("role", ["as_member", "as_auditor"])
def test_only_leaders_and_managers_build_and_send(
    role: str, ready: BoardReport, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(role)
    assert client.post(at("request", ready.organisation), {}).status_code == 403
    assert client.post(_send(ready), {}).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_database_the_same_for_one_and_for_three(
    number: int,
    rated: Period,
    as_manager: Client,
    django_assert_num_queries: Callable[..., object],
) -> None:
    for edition in range(1, number + 1):
        BoardReport.objects.create(
            organisation=rated.organisation, period=rated, edition=edition, state="ready"
        )
    as_manager.get(at("index", rated.organisation))
    with django_assert_num_queries(5):  # type: ignore[attr-defined]
        as_manager.get(at("index", rated.organisation))
