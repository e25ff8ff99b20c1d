"""The sample organisation with what it lacks, so that every page has something in every state."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.import_jobs import request_import
from feedback.models import (
    Case,
    Change,
    Comment,
    Round,
)
from feedback.services import (
    open_round,
    pause_round,
    pause_series,
    publish_change,
    schedule_round,
    write_change,
)
from focusprog.sample.load import load_sample
from focusprog.sample.people import Cast
from missions.models import (
    Consent,
    ConsentAnswer,
    Draft,
    Mission,
    ThemeSuggestion,
    Voice,
    Weighing,
)
from missions.services import (
    add_candidate,
    ask_to_rank,
    freeze_critique,
    open_consent,
    open_critique,
    suggest,
)
from missions.services.clause_links import answer_theme
from missions.services.commitments import make_commitment
from missions.services.compass import open_weighing
from missions.services.theme_suggestions import suggest_comment_themes
from missions.services.working_text import keep_text
from programme.models import (
    Membership,
    Organisation,
    Period,
    PersonKind,
    Role,
)
from programme.services import invite_colleague
from reports.assembly import assemble
from reports.models import BoardReport
from reports.queries import gather
from reports.services import request_report
from tests import factories
from tests.test_import_responses import MAPPING, ROWS
from touchpoints.models import Improvement, Touchpoint
from touchpoints.services import start_workshop


def prepare_sample() -> Cast:
    """The sample organisation, and rows in those states of which it has none."""
    cast = load_sample()
    assert cast is not None
    organisation, leader = cast.organisation, cast.members[Role.LEADER]
    newest = Period.objects.filter(organisation=organisation)[0]
    named = Comment.objects.filter(organisation=organisation, round__confidential=True)[0]
    Comment.objects.filter(pk=named.pk).update(review="held", released_at=None)
    asked_of = Round.objects.filter(organisation=organisation, state=Round.State.CLOSED)
    suggest_comment_themes(round=asked_of.filter(confidential=False)[0])
    ThemeSuggestion.objects.create(
        organisation=organisation,
        round=asked_of.filter(confidential=True)[0],
        progress=30,
        asked_at=timezone.now(),
        heard_at=timezone.now(),
    )
    factories.draft_round(organisation, period=newest)
    hour = timezone.now() + timedelta(days=3)
    schedule_round(
        round=factories.draft_round(
            organisation, period=newest, opens_at=hour, reminder_days=[3], selection={"sample": 5}
        )
    )
    resting = factories.draft_round(organisation, period=newest, reminder_days=[3, 7])
    open_round(round=resting)
    pause_round(round=resting)
    pause_series(series=factories.series(organisation))
    _change_being_sent(organisation, leader)
    request_import(
        organisation=organisation,
        filename="riders.csv",
        content=ROWS.encode(),
        mapping=MAPPING,
        strict=False,
        created_by=leader,
    )
    invite_colleague(
        organisation=organisation,
        email="new@larkfield.example",
        role=Role.MEMBER,
        invited_by=leader.user,
    )
    first = BoardReport.objects.get(organisation=organisation)
    # Printing it would take seconds, and no page shows it.
    printed: dict[str, Any] = {
        "state": BoardReport.State.READY,
        "figures": assemble(gather(organisation=organisation, period=first.period)).as_json(),
        "pdf": b"%PDF-1.7 printed",
        "pages": 11,
        "sha256": "ab" * 32,
        "finished_at": timezone.now(),
    }
    frozen = {"approval": "frozen", "frozen_by": leader, "frozen_at": timezone.now()}
    BoardReport.objects.filter(pk=first.pk).update(**printed, **frozen)
    BoardReport.objects.create(
        organisation=organisation,
        period=first.period,
        edition=2,
        built_by=leader,
        missing_letters="漢字",
        **printed | {"figures": printed["figures"] | {"layout": 4}},
    )
    BoardReport.objects.create(
        organisation=organisation,
        period=Period.objects.filter(organisation=organisation).exclude(
            pk__in=[newest.pk, first.period_id]
        )[0],
        state=BoardReport.State.FAILED,
        error="Setting the pages took too long.",
    )
    request_report(organisation=organisation, period=newest, built_by=leader)
    start_workshop(
        organisation=organisation,
        title="Ordering",
        touchpoints=list(Touchpoint.objects.filter(organisation=organisation)[:12]),
        by=leader,
    )
    held = Mission.objects.get(organisation=organisation, state=Mission.State.ADOPTED)
    open_weighing(
        mission=held,
        kind=Weighing.Kind.values[0],
        question="Answer the telephone at night?",
        customer_change="Somebody answers.",
        options=["Yes", "No"],
        opened_by=leader,
    )
    clause = held.statement_clauses.all()[0]
    make_commitment(clause=clause, text="Ring back within the hour.", owner=leader)
    opened = Mission.objects.get(organisation=organisation, state=Mission.State.THEMES)
    for version, text in enumerate(("We keep lifts running.", "We keep people moving."), 1):
        Draft.objects.create(
            organisation=organisation, mission=opened, version=version, text=text, author=leader
        )
    written = "We keep people moving, and we tell you honestly when we come."
    keep_text(mission=opened, text=written, based_on_version=2, revision=0, by=leader)
    keep_text(mission=opened, text="Another.", based_on_version=2, revision=0, by=leader)
    for theme, answer in zip(opened.themes.all()[:2], (True, False), strict=True):
        answer_theme(
            theme=theme,
            clause="and we tell you honestly when we come",
            text=written,
            taken_up=answer,
            by=leader,
        )
    _agree(opened, held, leader)
    return cast


def _change_being_sent(organisation: Organisation, leader: Membership) -> None:
    """With links of every kind, a name in it, and a worker that is not done."""
    of = {"organisation": organisation}
    closed = Round.objects.filter(**of, state=Round.State.CLOSED, answers_apart=False)
    comments = Comment.objects.filter(**of, released_at__isnull=False)
    change = write_change(
        organisation=organisation,
        title="The doors",
        said=f"{leader.user.name} said so, and {leader.user.name} too.",
        did="Oiled.",
        rounds=closed.filter(open_links__isnull=False),
        comments=[comments.filter(round__confidential=still)[0] for still in (True, False)],
        cases=Case.objects.filter(**of)[:2],
        improvements=Improvement.objects.filter(**of)[:1],
        by=leader,
    )
    publish_change(change=change, by=leader)
    Change.objects.filter(pk=change.pk).update(
        sending=True, expected=2_000, sent_to=500, sent_at=timezone.now()
    )


def _agree(opened: Mission, held: Mission, leader: Membership) -> None:
    """Candidates being ranked, a draft open to suggestions and one frozen, consent being asked,
    and an objection to the mission that was adopted."""
    for text in ("Nobody waits on the stairs.", "Lifts that are there.", "We keep you moving."):
        add_candidate(mission=opened, text=text, author=leader)
    ask_to_rank(mission=opened, voice=Voice.STAFF, message="Which?", asked_by=leader)
    first, latest = opened.drafts.order_by("version")
    for drafted in (first, latest):
        critique = open_critique(mission=opened, draft=drafted)
        suggest(critique=critique, author=leader, weight="must", text="Say for whom.")
        if drafted == first:
            freeze_critique(critique=critique)
    open_consent(mission=opened, draft=latest)
    ConsentAnswer.objects.create(
        organisation=held.organisation,
        consent=Consent.objects.create(
            organisation=held.organisation,
            mission=held,
            draft=held.drafts.all()[0],
            closed_at=timezone.now(),
        ),
        membership=leader,
        voice=Voice.LEADER,
        choice="object",
        reason="Too long",
        change_asked="Half of it",
        overridden_because="Every word was wanted.",
    )


def uploaded(organisation: Organisation, client: Client) -> str:
    """The token of a list of people that waits for a yes."""
    answer = client.post(
        reverse("programme:people_import", args=[organisation.slug]),
        {
            "kind": PersonKind.CUSTOMER,
            "file": SimpleUploadedFile("new.csv", b"name,email\nAda,ada@customers.example\n"),
        },
    )
    return str(answer.headers["Location"]).rstrip("/").rsplit("/", 1)[-1]
