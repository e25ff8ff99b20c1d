"""A frozen report sent as a link: it ends, it is withdrawn, and the board gets it by itself."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox.models import Attachment, Email
from programme.models import Membership, Organisation
from reports import services
from reports.models import BoardReport, ReportLink
from reports.services import ReportsError
from reports.services.sending import send_to_board
from tests import factories


@pytest.fixture
def frozen(organisation: Organisation, manager: Membership) -> BoardReport:
    figures = {"headline": "Invoice got better.", "standfirst": "", "period": "2026Q3"}
    return BoardReport.objects.create(
        organisation=organisation,
        period=factories.period(organisation, "2026Q3"),
        state="ready",
        approval="frozen",
        frozen_at=timezone.now(),
        frozen_by=manager,
        figures=figures,
        pdf=b"%PDF-1.7 printed",
        pages=9,
    )


def send(report: BoardReport, by: Membership, *emails: str) -> None:
    services.send_report(report=report, emails=emails, sent_by=by, delivery="link")


def path_in(email: Email) -> str:
    found = re.search(r"/board-report/[\w-]+/", email.text)
    assert found
    assert found[0] in email.html
    return found[0]


def test_each_address_has_a_link_of_its_own_that_fetches_the_pdf(
    frozen: BoardReport, manager: Membership
) -> None:
    send(frozen, manager, "chair@example.com", "deputy@example.com")
    assert not Attachment.objects.exists()
    paths = {email.to_email: path_in(email) for email in Email.objects.all()}
    assert len(set(paths.values())) == 2
    page = Client().get(paths["chair@example.com"])
    assert page.status_code == 200
    assert "chair@example.com" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    pdf = Client().get(paths["chair@example.com"] + "report.pdf")
    assert pdf.content == b"%PDF-1.7 printed"
    assert "attachment" in pdf.headers["Content-Disposition"]
    links = {link.to_email: link for link in ReportLink.objects.all()}
    assert [links[at].downloads for at in paths] == [1, 0]
    secret = paths["chair@example.com"].split("/")[2]
    assert secret not in str(links["chair@example.com"].__dict__)


def test_a_link_ends_on_its_day(frozen: BoardReport, manager: Membership) -> None:
    services.save_settings(organisation=frozen.organisation, link_days=7)
    send(frozen, manager, "chair@example.com")
    path = path_in(Email.objects.get())
    with time_machine.travel(timezone.now() + dt.timedelta(days=6, hours=23)):
        assert Client().get(path + "report.pdf").status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        for address in (path, path + "report.pdf"):
            answer = Client().get(address)
            assert answer.status_code == 410
            assert b"%PDF" not in answer.content
            assert frozen.organisation.name not in answer.text
        with pytest.raises(ReportsError, match="ended by itself"):
            services.withdraw_link(link=ReportLink.objects.get())


def test_a_manager_withdraws_a_link_and_only_their_own_organisation_s(
    frozen: BoardReport, manager: Membership, as_manager: Client, stranger_client: Client
) -> None:
    send(frozen, manager, "chair@example.com", "deputy@example.com")
    chair, deputy = ReportLink.objects.order_by("to_email")
    address = reverse(
        "reports:report_withdraw_link", args=[frozen.organisation.slug, frozen.pk, chair.pk]
    )
    assert stranger_client.post(address).status_code == 404
    assert as_manager.get(address).status_code == 405
    as_manager.post(address)
    chair.refresh_from_db()
    assert not chair.works
    assert deputy.works
    path = path_in(Email.objects.get(to_email="chair@example.com"))
    assert Client().get(path + "report.pdf").status_code == 410
    assert "withdrawn" in Client().get(path).text
    other = factories.member(factories.organisation())
    elsewhere = reverse(
        "reports:report_withdraw_link", args=[other.organisation.slug, frozen.pk, deputy.pk]
    )
    assert as_manager.post(elsewhere).status_code == 404


def test_an_unknown_link_shows_nothing(db: None) -> None:
    for name in ("report_link", "report_link_pdf"):
        assert Client().get(reverse(name, args=["nothing"])).status_code == 404


@pytest.mark.parametrize("delivery", ["attachment", "link"])
def test_the_board_gets_a_frozen_report_by_itself_once(delivery: str, frozen: BoardReport) -> None:
    services.save_settings(
        organisation=frozen.organisation,
        board_emails="chair@example.com\ndeputy@example.com",
        when_frozen=delivery,
    )
    send_to_board(frozen)
    send_to_board(frozen)
    emails = Email.objects.order_by("to_email")
    assert [email.to_email for email in emails] == ["chair@example.com", "deputy@example.com"]
    assert frozen.frozen_by is not None
    assert {email.reply_to for email in emails} == {frozen.frozen_by.user.email}
    assert ReportLink.objects.count() == (2 if delivery == "link" else 0)
    assert {email.attachments.count() for email in emails} == {0 if delivery == "link" else 1}


def test_without_being_asked_nothing_is_sent(frozen: BoardReport) -> None:
    services.save_settings(organisation=frozen.organisation, board_emails="chair@example.com")
    send_to_board(frozen)
    assert not Email.objects.exists()


SETTINGS = {"automatic": "on", "days_after": "5", "link_days": "30"}


def test_the_board_s_addresses_are_checked(organisation: Organisation, as_leader: Client) -> None:
    address = reverse("reports:settings", args=[organisation.slug])
    wrong = as_leader.post(address, SETTINGS | {"board_emails": "chair@"})
    assert wrong.status_code == 422
    assert "is not an email address" in wrong.text
    missing = as_leader.post(address, SETTINGS | {"when_frozen": "link"})
    assert "board_emails" in missing.context["form"].errors
    typed = {"board_emails": "A@example.com; b@example.com,a@example.com", "when_frozen": "link"}
    assert as_leader.post(address, SETTINGS | typed).status_code == 302
    page = as_leader.get(address)
    assert page.context["form"].instance.board_list() == ["a@example.com", "b@example.com"]
