"""What is printed beside the report: the heatmap alone, and a touchpoint on one page."""

import io
import subprocess
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from feedback.models import Comment
from programme.models import Membership, Organisation
from reports import services
from reports.phrases import said
from tests import factories
from touchpoints.models import HandOff, Improvement, Rule, Touchpoint, Voice

LONG = "Ein langer Name שם 🧨 " * 14
HOSTILE = '<img src="http://127.0.0.1:9/x.png"><script>alert(1)</script>'


def address(name: str, of: Organisation, **kwargs: object) -> str:
    return reverse(f"reports:{name}", kwargs={"organisation": of.slug, **kwargs})


def text_of(pdf: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().split())


def is_accessible(pdf: bytes) -> None:
    found = validate_pdf_bytes(pdf, profile=ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in found.failures] == []


@pytest.fixture
def parts(organisation: Organisation) -> Touchpoint:
    """A touchpoint rated in two quarters, by customers and by staff."""
    at = factories.touchpoint(organisation, "Waiting for parts")
    for code, counts in (("2026Q2", (9, 9, 9)), ("2026Q3", (30, 4, 2))):
        factories.tally(at, factories.period(organisation, code), counts, source=code)
    now = factories.period(organisation)
    factories.tally(at, now, (2, 3, 20), voice=Voice.STAFF, source="staff")
    return at


# The heatmap alone


def test_the_heatmap_alone_is_one_tagged_page_with_its_figures_attached(
    parts: Touchpoint, as_auditor: Client, organisation: Organisation
) -> None:
    factories.tally(
        factories.touchpoint(organisation, f"Till {HOSTILE}", on=parts.stage),
        factories.period(organisation),
        (1, 1, 1),
        source="few",
    )
    answer = as_auditor.get(address("heatmap_pdf", organisation))
    assert answer["Content-Type"] == "application/pdf"
    is_accessible(answer.content)
    read = PdfReader(io.BytesIO(answer.content))
    assert (len(read.pages), read.metadata and read.metadata.title) == (
        1,
        f"{organisation.name}: heatmap 2026Q3",
    )
    text = text_of(answer.content)
    for words in ("Waiting for parts", "▼ −78 36", "↓ −72", "★ +72 25"):
        assert words in text, words
    assert "too few" in text
    assert "An arrow marks a real change since 2026Q2." in text
    assert "<script>alert(1)</script>" in text
    (attached,) = read.attachments["heatmap-2026Q3.csv"]
    assert b"2026Q3,Waiting for parts" not in attached
    assert b"Waiting for parts,customer,,36,30,4,2," in attached
    assert as_auditor.get(address("heatmap_pdf", organisation)).content == answer.content


def test_it_is_of_the_quarter_asked_for_on_the_reports_paper_and_in_their_language(
    parts: Touchpoint, as_auditor: Client, organisation: Organisation
) -> None:
    services.save_settings(organisation=organisation, language="de")
    Organisation.objects.update(paper="letter")
    answer = as_auditor.get(address("heatmap_pdf", organisation) + "?period=2026q2")
    read = PdfReader(io.BytesIO(answer.content))
    assert round(float(read.pages[0].mediabox.width)) == 612
    assert str(read.root_object["/Lang"]) == "de"
    assert "Heatmap Q2 2026" in text_of(answer.content)
    assert "heatmap-2026Q2.pdf" in answer["Content-Disposition"]


def test_sixty_by_eight_are_one_page_on_either_paper(
    as_auditor: Client, organisation: Organisation
) -> None:
    segments = [factories.segment(organisation, f"Segment {n}") for n in range(8)]
    now = factories.period(organisation)
    for stage in (factories.stage(organisation, f"Stage {n}") for n in range(6)):
        for n in range(10):
            at = factories.touchpoint(organisation, f"{stage.name}, place {n}", on=stage)
            for segment in segments:
                factories.tally(at, now, (9, 9, 9), segment=segment, source=segment.name)
    for paper in ("A4", "letter"):
        Organisation.objects.update(paper=paper)
        read = PdfReader(io.BytesIO(as_auditor.get(address("heatmap_pdf", organisation)).content))
        assert len(read.pages) == 1
        assert "Stage 5, place 9" in read.pages[0].extract_text()


def test_nobody_prints_what_is_another_organisation_s(
    parts: Touchpoint, as_auditor: Client, stranger_client: Client, organisation: Organisation
) -> None:
    for name, kwargs in (("heatmap_pdf", {}), ("touchpoint_pdf", {"touchpoint": parts.pk})):
        assert stranger_client.get(address(name, organisation, **kwargs)).status_code == 404
    foreign = factories.touchpoint(factories.organisation())
    where = address("touchpoint_pdf", organisation, touchpoint=foreign.pk)
    assert as_auditor.get(where).status_code == 404


def test_before_anything_is_rated_there_is_no_heatmap_to_print(
    as_auditor: Client, organisation: Organisation
) -> None:
    factories.touchpoint(organisation)
    assert as_auditor.get(address("heatmap_pdf", organisation)).status_code == 404


def test_the_pages_lead_to_them(
    parts: Touchpoint, as_auditor: Client, organisation: Organisation
) -> None:
    where = {"organisation": organisation.slug}
    heatmap = as_auditor.get(reverse("touchpoints:index", kwargs=where)).text
    assert f"{address('heatmap_pdf', organisation)}?period=2026Q3" in heatmap
    cell = as_auditor.get(reverse("touchpoints:cell", kwargs=where | {"touchpoint": parts.pk}))
    assert f"{address('touchpoint_pdf', organisation, touchpoint=parts.pk)}?period=" in cell.text


# A touchpoint on one page


def say(at: Touchpoint, text: str, *, released: bool = True) -> None:
    held = factories.draft_round(at.organisation, period=factories.period(at.organisation))
    Comment.objects.create(
        organisation=at.organisation,
        round=held,
        question=held.survey.questions.get(key="recommend"),
        touchpoint=at,
        text=text,
        released_at=timezone.now() if released else None,
    )


def sheet(client: Client, at: Touchpoint) -> bytes:
    return client.get(address("touchpoint_pdf", at.organisation, touchpoint=at.pk)).content


def test_a_fact_sheet_says_what_is_known_and_quotes_what_was_released(
    parts: Touchpoint, as_auditor: Client, manager: Membership
) -> None:
    of = parts.organisation
    parts.owner, parts.service_standard, parts.must_be = manager, "Within a day.", True
    parts.save()
    say(parts, "Eleven days for a roller.")
    say(parts, "Ask Grace about it.", released=False)
    giver, receiver = factories.team(of, "Store"), factories.team(of, "Engineers")
    HandOff.objects.create(
        organisation=of, touchpoint=parts, name="The part", giver=giver, receiver=receiver
    )
    Improvement.objects.create(
        organisation=of,
        touchpoint=parts,
        title="Twenty parts ride along",
        owner=manager,
        due_on=timezone.localdate() - timedelta(days=1),
        expected_net=20,
        expected_in="2026Q4",
    )
    Rule.objects.create(organisation=of, touchpoint=parts, name="A signature", hampered="all")
    pdf = sheet(as_auditor, parts)
    is_accessible(pdf)
    text = text_of(pdf)
    assert PdfReader(io.BytesIO(pdf)).metadata.title == f"{of.name}: Waiting for parts"  # type: ignore[union-attr]
    for words in (
        "▼ misery −78",
        "Since 2026Q2: −72 points, a real change",
        "staff see it at +72",
        "A blind spot.",
        "2026Q2",
        "“Eleven days for a roller.”",
        "Within a day.",
        "a must-be",
        "Store to Engineers: not rated",
        "Twenty parts ride along",
        ": late, net +20 by 2026Q4",
        "A signature",
        str(manager.user),
    ):
        assert words in text, words
    assert "Grace" not in text


def test_a_fact_sheet_of_nothing_says_so(as_auditor: Client, organisation: Organisation) -> None:
    text = text_of(sheet(as_auditor, factories.touchpoint(organisation, "Door")))
    assert "Nobody has rated anything yet." in text
    assert "No comment about it may be shown." in text
    assert "No improvement is under way here." in text


@pytest.mark.parametrize("language", ["de", "fr", "es", "ar"])
def test_a_fact_sheet_speaks_the_language_of_the_reports(
    parts: Touchpoint, as_auditor: Client, manager: Membership, language: str
) -> None:
    of = parts.organisation
    services.save_settings(organisation=of, language=language)
    say(parts, "Eleven days for a roller.")
    Improvement.objects.create(organisation=of, touchpoint=parts, title="Ride", owner=manager)
    pdf = sheet(as_auditor, parts)
    is_accessible(pdf)
    assert str(PdfReader(io.BytesIO(pdf)).root_object["/Lang"]) == language
    text = text_of(pdf)
    for english in (
        "What is done",
        "The chain behind it",
        "Good looks like",
        "A blind spot",
        "stands in",
    ):
        assert english not in text
    if language != "ar":  # whose words are read back in pieces
        for phrase in ("What is done", "The chain behind it", "A blind spot."):
            assert said(language, phrase) in text


@pytest.mark.parametrize(
    ("paper", "language"),
    [("A4", "en"), ("letter", "en"), ("letter", "de"), ("letter", "fr"), ("letter", "ar")],
)
def test_a_fact_sheet_is_one_page_whatever_is_in_it(
    parts: Touchpoint, as_auditor: Client, manager: Membership, paper: str, language: str
) -> None:
    of = parts.organisation
    services.save_settings(organisation=of, language=language)
    Organisation.objects.update(paper=paper)
    parts.name, parts.description, parts.service_standard = LONG[:300], LONG * 9, HOSTILE * 9
    parts.owner = manager
    parts.save()
    for n in range(8):
        code = f"{2024 + (n + 3) // 4}Q{(n + 3) % 4 + 1}"
        factories.tally(parts, factories.period(of, code), (9, 9, n), source=f"more {code}")
        say(parts, f"{n} {LONG * 3}")
        Improvement.objects.create(
            organisation=of, touchpoint=parts, title=LONG[:200], owner=manager
        )
        Rule.objects.create(organisation=of, touchpoint=parts, name=LONG[:300], hampered=LONG[:300])
        HandOff.objects.create(
            organisation=of,
            touchpoint=parts,
            name=LONG[:300],
            giver=factories.team(of, f"{n} {LONG}"[:200]),
            receiver=factories.team(of, f"to {n} {LONG}"[:200]),
        )
    pdf = sheet(as_auditor, parts)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    text = text_of(pdf)
    if language == "en":
        assert all(
            left_out in text
            for left_out in (
                "And 6 more, on the touchpoint’s page.",
                "And 5 more.",
                "And 4 more.",
            )
        )
