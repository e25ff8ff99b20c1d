"""From draft to reviewed to frozen, corrections, and the leader's own words."""

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from programme.models import Membership, Organisation, Period
from reports import services
from reports.contents import LAYOUT
from reports.forms import PASSAGES
from reports.models import BoardReport
from reports.rendering import fingerprint_of
from reports.services import ReportsError
from tests import factories
from touchpoints.models import RatingTally

HOSTILE = '<img src="http://127.0.0.1:9/x.png"><script>alert(1)</script> file:///etc/passwd'


def at(name: str, report: BoardReport) -> str:
    kwargs = {"organisation": report.organisation.slug, "report": report.pk}
    return reverse(f"reports:{name}", kwargs=kwargs)


def text_of(report: BoardReport) -> str:
    sheets = PdfReader(io.BytesIO(bytes(report.pdf or b""))).pages
    return " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())


def build(report: BoardReport) -> BoardReport:
    """The worker's part."""
    services.build_report(report_id=report.pk)
    return BoardReport.objects.select_related("organisation", "period").get(pk=report.pk)


@pytest.fixture
def rated(organisation: Organisation) -> Period:
    period = factories.period(organisation, "2026Q3")
    factories.tally(factories.touchpoint(organisation, "Invoice"), period, (30, 10, 5))
    return period


@pytest.fixture
def draft(rated: Period, manager: Membership) -> BoardReport:
    made = services.request_report(organisation=rated.organisation, period=rated, built_by=manager)
    return build(made)


@pytest.fixture
def frozen(draft: BoardReport, manager: Membership) -> BoardReport:
    services.review_report(report=draft, by=manager)
    services.freeze_report(report=draft, by=manager)
    return build(draft)


def test_a_draft_says_so_in_print_and_a_frozen_one_carries_its_hash(
    draft: BoardReport, manager: Membership
) -> None:
    assert draft.approval == "draft"
    assert "Draft: not frozen yet" in text_of(draft)
    services.review_report(report=draft, by=manager)
    services.freeze_report(report=draft, by=manager)
    done = build(draft)
    assert (done.state, done.approval, done.frozen_by) == ("ready", "frozen", manager)
    assert done.figures == draft.figures
    printed = text_of(done)
    assert "Draft" not in printed
    assert fingerprint_of(done.figures) in printed.replace(" ", "")


def test_a_frozen_report_keeps_its_figures_when_the_data_changes_and_prints_the_same_bytes(
    frozen: BoardReport,
) -> None:
    RatingTally.objects.update(misery=0, magic=99)
    again = services.print_kept(frozen, frozen.figures)
    assert again.pdf == bytes(frozen.pdf or b"")
    services.build_report(report_id=frozen.pk)
    assert BoardReport.objects.get(pk=frozen.pk).figures == frozen.figures


def test_every_download_is_the_file_that_was_kept_and_its_fingerprints_stand_on_the_page(
    frozen: BoardReport, as_manager: Client
) -> None:
    RatingTally.objects.update(misery=0, magic=99)
    Organisation.objects.update(colour="#aa0000", name="Another name", timezone="Asia/Tokyo")
    kept = bytes(frozen.pdf or b"")
    files = [as_manager.get(at("report_pdf", frozen)).content for _ in range(2)]
    assert files == [kept, kept]
    page = as_manager.get(at("report", frozen)).content.decode()
    assert hashlib.sha256(kept).hexdigest() in page
    assert fingerprint_of(frozen.figures) in page
    assert fingerprint_of(frozen.figures) in text_of(frozen).replace(" ", "")


def test_its_days_are_those_of_the_organisation_on_page_and_paper(
    rated: Period, manager: Membership, as_manager: Client
) -> None:
    """An hour before midnight in Greenwich it is the next day in Tokyo already."""
    Organisation.objects.update(timezone="Asia/Tokyo")
    with time_machine.travel(dt.datetime(2026, 10, 6, 23, 0, tzinfo=dt.UTC), tick=True):
        rated.organisation.refresh_from_db()
        made = build(
            services.request_report(organisation=rated.organisation, period=rated, built_by=manager)
        )
        services.review_report(report=made, by=manager)
        services.freeze_report(report=made, by=manager)
        done = build(made)
    assert "Built on 7 October 2026. Frozen on 7 October 2026." in text_of(done)
    page = as_manager.get(at("report", done)).content.decode()
    assert page.count("<dd>7 October 2026 by ") == 2


def test_a_draft_of_an_earlier_release_is_offered_to_be_built_anew(
    draft: BoardReport, as_manager: Client
) -> None:
    offer = "Built by an earlier release"
    assert offer not in as_manager.get(at("report", draft)).content.decode()
    draft.figures["layout"] = LAYOUT - 1
    draft.save(update_fields=["figures"])
    assert offer in as_manager.get(at("report", draft)).content.decode()


def test_nothing_is_frozen_unreviewed_and_nothing_frozen_changes(
    draft: BoardReport, manager: Membership, leader: Membership
) -> None:
    with pytest.raises(ReportsError, match="reviewed before it is frozen"):
        services.freeze_report(report=draft, by=manager)
    services.review_report(report=draft, by=manager)
    with pytest.raises(ReportsError, match="reviewed already"):
        services.review_report(report=draft, by=manager)
    services.freeze_report(report=draft, by=manager)
    changes: tuple[Callable[[], object], ...] = (
        lambda: services.review_report(report=draft, by=manager),
        lambda: services.freeze_report(report=draft, by=manager),
        lambda: services.write_words(report=draft, headline="New", paragraph="", by=leader),
    )
    for change in changes:
        with pytest.raises(ReportsError, match="never changes"):
            change()


def test_only_a_frozen_report_is_sent(draft: BoardReport, as_manager: Client) -> None:
    page = as_manager.get(at("report", draft)).text
    assert "Send by email" not in page
    answer = as_manager.post(
        at("report_send", draft), {"emails": "a@example.com", "confirmed": "1"}, follow=True
    )
    assert "Only a frozen report is sent" in answer.text


def test_an_older_edition_is_not_frozen_beside_a_later_one(
    draft: BoardReport, manager: Membership
) -> None:
    services.request_report(organisation=draft.organisation, period=draft.period, built_by=None)
    with pytest.raises(ReportsError, match="later edition"):
        services.review_report(report=draft, by=manager)


def test_a_correction_says_why_and_what_differs(frozen: BoardReport, manager: Membership) -> None:
    ask = partial(
        services.request_report,
        organisation=frozen.organisation,
        period=frozen.period,
        built_by=manager,
    )
    with pytest.raises(ReportsError, match="Edition 1 of 2026Q3 is frozen"):
        ask()
    RatingTally.objects.update(misery=2, magic=60)
    made = build(ask(correction="The desk’s answers were missing."))
    assert made.edition == 2
    correction = made.figures["correction"]
    assert correction["edition"] == 1
    assert any("Customers’ experience: −" in one for one in correction["differences"])
    printed = text_of(made)
    assert "This edition corrects edition 1." in printed
    assert "The desk’s answers were missing." in printed
    assert BoardReport.objects.get(pk=frozen.pk).sha256 == frozen.sha256


def test_a_correction_is_asked_why_on_its_page(frozen: BoardReport, as_manager: Client) -> None:
    assert as_manager.post(at("report_correct", frozen), {"correction": " "}).status_code == 422
    answer = as_manager.post(at("report_correct", frozen), {"correction": "Wrong segment."})
    assert answer.status_code == 302
    assert BoardReport.objects.get(edition=2).correction == "Wrong segment."


def test_the_leader_s_words_are_marked_as_theirs_on_page_and_in_print(
    draft: BoardReport, leader: Membership, as_leader: Client, manager: Membership
) -> None:
    services.review_report(report=draft, by=manager)
    own = draft.figures["passages"]
    asked = as_leader.get(at("report_words", draft)).context["form"].parts
    assert list(asked) == [key for key in PASSAGES if key in {"summary", *own}]
    words = {
        "headline": "We kept our promise.",
        "paragraph": f"Thank you all.\n\n{HOSTILE}",
        "passage_changes": "We moved the north line in a week, and it showed.",
        "passage_chain": own["chain"],
    }
    assert as_leader.post(at("report_words", draft), words).status_code == 302
    done = build(draft)
    assert (done.approval, done.reviewed_by) == ("draft", None)
    page, printed = as_leader.get(at("report", done)).text, text_of(done)
    for text in (page, printed):
        assert "We kept our promise." in text
        assert f"In the words of {leader.user}" in text
        assert f"Headline by {leader.user}" in text
        assert done.figures["headline"] in text
        assert "We moved the north line in a week, and it showed." in text
        assert f"Edited by {leader.user}." in text
        assert "The report’s own words:" in text
        assert own["changes"] in text
        assert own["chain"] in text
    assert list(done.figures["words"]["passages"]) == ["changes"]
    assert "<script>alert(1)</script> file:///etc/passwd" in printed
    assert "<script>alert(1)" not in page
    assert as_leader.post(at("report_words", done), {}).status_code == 302
    assert BoardReport.objects.get(pk=done.pk).figures["words"] is None


@pytest.mark.parametrize("name", ["report_review", "report_freeze", "report_correct"])
def test_who_may_only_read_cannot_approve(
    name: str, draft: BoardReport, as_member: Client, as_auditor: Client, stranger_client: Client
) -> None:
    assert as_member.post(at(name, draft)).status_code == 403
    assert as_auditor.post(at(name, draft)).status_code == 403
    assert stranger_client.post(at(name, draft)).status_code == 404


def test_the_words_are_the_leader_s_alone(draft: BoardReport, as_manager: Client) -> None:
    assert as_manager.post(at("report_words", draft), {"headline": "Mine"}).status_code == 403


def test_too_long_words_are_refused_at_their_field(draft: BoardReport, as_leader: Client) -> None:
    answer = as_leader.post(at("report_words", draft), {"headline": "x" * 100_000})
    assert answer.status_code == 422
    assert "200 fit" in answer.text


def test_a_print_that_failed_is_printed_again_without_new_figures(
    frozen: BoardReport, as_manager: Client, django_assert_num_queries: Callable[..., object]
) -> None:
    BoardReport.objects.filter(pk=frozen.pk).update(state="failed", error="No paper.")
    again = services.request_report(
        organisation=frozen.organisation, period=frozen.period, built_by=None
    )
    assert again.pk == frozen.pk
    assert build(again).sha256 == frozen.sha256
