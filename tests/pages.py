"""Every page of the programme with the sample in it, and what a browser finds wrong there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page

from feedback.import_jobs import request_import
from feedback.models import (
    Case,
    Change,
    Comment,
    CommentTheme,
    ImportJob,
    OpenDoorItem,
    Round,
    Series,
    Survey,
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
    Commitment,
    Consent,
    ConsentAnswer,
    Contribution,
    Critique,
    Decision,
    Draft,
    Mission,
    Suggestion,
    Theme,
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
    ColleagueInvite,
    Loss,
    Membership,
    Organisation,
    OrganisationOwned,
    Period,
    Person,
    PersonKind,
    Practice,
    Role,
    Segment,
    Team,
)
from programme.services import invite_colleague
from reports.assembly import assemble
from reports.models import BoardReport
from reports.queries import gather
from reports.services import request_report
from tests import factories
from tests.test_import_responses import MAPPING, ROWS
from touchpoints.models import HandOff, Improvement, Journey, Rule, Stage, Touchpoint, Workshop
from touchpoints.services import start_workshop

# What a GET reaches and is no page.
NOT_PAGES = {
    "healthz": "for machines",
    "mail_events": "for email services",
    "mail_in": "for email services",
    "readyz": "for machines",
    "outbox:mailbox_attachment": "a download",
    "outbox:mailbox_answer": "only posted to",
    "programme:people_csv": "a download",
    "programme:people_xlsx": "a download",
    "programme:people_example": "a download",
    "programme:charter_pdf": "a download",
    "reports:report_pdf": "a download",
    "reports:heatmap_pdf": "a download",
    "reports:touchpoint_pdf": "a download",
    "reports:report_chart": "a picture",
    "report_link_pdf": "a download",
    "programme:logo": "a picture",
    "missions:decisions_table": "a download",
    "keeping:held_json": "a download",
    "keeping:held_pdf": "a download",
    "missions:draft_table": "a download",
    "missions:themes_table": "a download",
    "missions:board_changes": "a part of a page, fetched by script",
    "missions:poster": "a download",
    "missions:book": "a download",
    "missions:mission_table": "a download",
    "touchpoints:heatmap_export": "a download",
    "touchpoints:map_export": "a download",
    "touchpoints:map_pdf": "a download",
    "touchpoints:improvements_csv": "a download",
    "touchpoints:improvements_xlsx": "a download",
    "touchpoints:rules_csv": "a download",
    "touchpoints:rules_xlsx": "a download",
    "touchpoints:workshop_csv": "a download",
    "touchpoints:workshop_count": "a part of a page, fetched by script",
    "feedback:link_poster": "a download",
    "feedback:link_paper": "a download",
    "feedback:survey_paper": "a download",
    "feedback:round_export": "a download",
    "feedback:cases_csv": "a download",
    "feedback:change_email": "our own email in a frame, which may run nothing",
    "feedback:change_progress": "a part of a page, fetched by script",
    "feedback:cases_xlsx": "a download",
    "feedback:door_poster": "a download",
    "programme:losses_csv": "a download",
    "programme:losses_xlsx": "a download",
    "feedback:round_audience": "a part of a page, fetched by script",
    "reports:report_progress": "a part of a page, fetched by script",
    "feedback:round_receipt": "a part of a page, fetched by script",
    "feedback:round_receipt_table": "a download",
    "feedback:series_dates": "a part of a page, fetched by script",
    "feedback:round_progress": "a part of a page, fetched by script",
    "outbox:mailbox_html": "somebody's email in a frame: not our words, and it may run nothing",
}
# The states of a page that its path alone does not show.
QUERIES = {
    "programme:people": ("", "?kind=customer", "?kind=customer&page=2", "?q=nobody+is+called+so"),
    "touchpoints:index": ("", "?view=list", "?show=gap", "?show=staff&changed=1&sort=priority"),
    "touchpoints:cell": ("", "?voice=staff"),
    "feedback:held_comments": ("", "?show=decided"),
    "feedback:door": ("", "?kind=compliment", "?q=nobody+wrote+this"),
    "feedback:case_edit": ("", "?state=closed"),
    "feedback:cases": ("", "?state=late", "?source=door&owner=own", "?q=nobody+wrote+this"),
    "touchpoints:improvements": (
        *("", "?late=yes", "?view=list&sort=worth", "?view=list&state=done&kind=train"),
    ),
    "touchpoints:rules": ("", "?state=lifted", "?q=nobody+wrote+this"),
    "feedback:survey_edit": ("", "?question=recommend"),
    "feedback:comments": (
        *("", "?q=engineer", "?q=nobody+wrote+this", "?moment=misery", "?theme=none"),
        "?round=987654321",
    ),
    "feedback:themes": ("", "?audience=internal"),
    "comment_themes:suggested": ("", "?step=1"),
    "feedback:results": ("", "?beside=rest", "?each=all"),
    "feedback:survey_results": ("", "?audience=internal"),
    "missions:decisions": ("", "?year=2020", "?q=vans&asked=yes"),
    "feedback:survey_frames": ("", "?as=laptop"),
    "feedback:survey_translate": ("", "?language=ar"),
    "missions:words": ("", "?voice=customer", "?change=1"),
    "missions:draft_compare": ("?from=1&to=2",),
    "missions:draft_links": ("", "?clause=2"),
    "missions:themes": ("", "?theme=all"),
}
AXE = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}
_PHONE = 390  # pixels, as all widths
_LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (320, "light"),
    (_PHONE, "dark"),
    (1280, "light"),
)
_AXE_FINDINGS = """
async (options) => (await axe.run(options)).violations.map(
  (rule) => rule.id + ": " + rule.nodes.map((node) => node.target.join(" ")).join(" | ")
)
"""
_TOO_WIDE = """
() => document.documentElement.scrollWidth <= innerWidth ? "" :
  [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.tagName + "." + one.className).slice(0, 5).join(", ") || "something"
"""


_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def views(resolver: URLResolver | None = None, path: str = "", space: str = "") -> Iterator["View"]:
    """Every view that an address leads to, with its name and the parameters of its path."""
    for pattern in (resolver or get_resolver()).url_patterns:
        whole = path + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            parameters = [name for name in _PARAMETER.findall(whole) if name != "organisation"]
            yield View(f"{space}{pattern.name}", whole, tuple(parameters))
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from views(pattern, whole, inner)


@dataclass(frozen=True, slots=True)
class View:
    name: str
    path: str
    parameters: tuple[str, ...]  # of its path, without the organisation

    @property
    def inside(self) -> bool:
        """Whether it is a page of an organisation's members."""
        return self.path.startswith("o/<slug:organisation>/")


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


def inside(cast: Cast, client: Client) -> dict[str, list[str]]:
    """The addresses of every view inside the organisation, by the view's name; `client` is
    signed in as its leader."""
    keys = _keys(cast.organisation) | {"token": [_uploaded(cast.organisation, client)]}
    found = {}
    for view in views():
        if not view.inside or view.name in NOT_PAGES:
            continue
        rows = product(*(keys[parameter] for parameter in view.parameters))
        paths = [
            reverse(
                view.name,
                kwargs={"organisation": cast.organisation.slug}
                | dict(zip(view.parameters, row, strict=True)),
            )
            for row in rows
        ]
        queries = QUERIES.get(view.name, ("",))
        found[view.name] = [path + query for path in paths for query in queries]
    return found


def _keys(organisation: Organisation) -> dict[str, list[int | str]]:
    """For every parameter of a path, rows that look different from one another."""

    def first(model: type[OrganisationOwned], **fields: object) -> int:
        rows = model._default_manager.filter(organisation=organisation, **fields)
        return int(rows.values_list("pk", flat=True)[0])

    return {
        "person": [first(Person, kind=kind) for kind in PersonKind],
        "segment": [first(Segment)],
        "practice": [first(Practice)],
        "question": ["why", "alive"],
        "period": [first(Period, closed_at=None), first(Period, closed_at__isnull=False)],
        "team": [first(Team)],
        "member": [first(Membership, role=role) for role in (Role.LEADER, Role.AUDITOR)],
        "invite": [first(ColleagueInvite)],
        "journey": [first(Journey)],
        "stage": [first(Stage)],
        "touchpoint": [first(Touchpoint, hand_offs__isnull=False)],
        "hand_off": [first(HandOff)],
        "kind": ["touchpoint"],
        "start": ["trade"],
        "row": [first(Touchpoint)],
        "improvement": [first(Improvement, state=state) for state in ("planned", "done")],
        "workshop": [first(Workshop, revealed_at__isnull=still) for still in (True, False)],
        "rule": [first(Rule, lifted_on=None), first(Rule, lifted_on__isnull=False)],
        "round": [
            first(Round, state=Round.State.CLOSED, confidential=False),
            first(Round, state=Round.State.CLOSED, confidential=True),
            first(Round, state=Round.State.OPEN, paused_at=None),
            first(Round, state=Round.State.DRAFT),
            first(Round, state=Round.State.SCHEDULED),
            first(Round, paused_at__isnull=False),
        ],
        "series": [first(Series, state=state) for state in ("active", "paused")],
        "survey": [first(Survey, rounds__state=state) for state in ("open", "draft")],
        "case": [
            first(Case, state=Case.State.OPEN, item__isnull=False),
            first(Case, state=Case.State.OPEN, item=None),
            first(Case, state=Case.State.RECOVERED),
        ],
        "change": [
            first(Change, published_at=None),
            first(Change, published_at__isnull=False, staff_only=False, sending=False),
            first(Change, staff_only=True),
            first(Change, sending=True),
        ],
        "item": [str(OpenDoorItem.objects.filter(kind="compliment", state="waiting")[0].pk)],
        "loss": [first(Loss)],
        "job": [first(ImportJob)],
        "comment": [
            str(Comment.objects.filter(organisation=organisation, **states)[0].pk)
            for states in ({"review": "held"}, {"released_at__isnull": False})
        ],
        "decision": [first(Decision)],
        "mission": [first(Mission, state=state) for state in ("themes", "adopted")],
        "voice": ["staff", "customer"],
        # Only ever posted to:
        **{name: [0] for name in ("report_link", "asked", "aside", "candidate", "version", "move")},
        "critique": [first(Critique, frozen_at=None)],
        "consent": [first(Consent, closed_at=None)],
        "answer": [first(ConsentAnswer)],
        "suggestion": [first(Suggestion, critique__frozen_at__isnull=False)],
        "weighing": [first(Weighing), first(Weighing, revealed_at__isnull=False)],
        "commitment": [first(Commitment)],
        "contribution": [first(Contribution, mission__state="themes")],
        "theme": [first(Theme, mission__state="themes")],
        "comment_theme": [first(CommentTheme)],
        "report": [
            first(BoardReport, approval="frozen"),
            first(BoardReport, approval="draft", state=BoardReport.State.READY),
            first(BoardReport, state=BoardReport.State.BUILDING),
            first(BoardReport, state=BoardReport.State.FAILED),
        ],
    }


def _uploaded(organisation: Organisation, client: Client) -> str:
    """The token of a list of people that waits for a yes."""
    answer = client.post(
        reverse("programme:people_import", args=[organisation.slug]),
        {
            "kind": PersonKind.CUSTOMER,
            "file": SimpleUploadedFile("new.csv", b"name,email\nAda,ada@customers.example\n"),
        },
    )
    return str(answer.headers["Location"]).rstrip("/").rsplit("/", 1)[-1]


class Visitor:
    """A browser's tab that notes what is wrong with the pages it visits."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._console: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._console.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._console.append(message.text)

    def faults(self, url: str, *, status: int = 200) -> list[str]:
        """Visit, and look at it; empty where all is well."""
        page = self.page
        self._console.clear()
        page.set_viewport_size({"width": 1280, "height": 900})
        answer = page.goto(url)
        found = []
        if answer is None or answer.status != status:
            found.append(f"status {answer and answer.status}")
        if not page.title().strip():
            found.append("no title")
        if page.locator("h1").count() != 1:
            found.append(f"{page.locator('h1').count()} h1")
        # A page that is refused on purpose shows in the console as not loaded.
        found += [text for text in self._console if status == 200 or str(status) not in text]
        return found + self.looks()

    def looks(self) -> list[str]:
        """What is wrong with the open page through a slit of 320 px, on a phone by night, and at
        a desk by day."""
        page, found = self.page, []
        page.evaluate(AXE_SCRIPT)
        for width, scheme in _LOOKS:
            # Colours that fade into one another would be measured half-way.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            if too_wide := page.evaluate(_TOO_WIDE):
                found.append(f"{width} px: wider than the screen: {too_wide}")
            if width >= _PHONE:
                found += [f"{width} px: {one}" for one in page.evaluate(_AXE_FINDINGS, AXE)]
        return found


def report(wrong: dict[str, list[str]]) -> str:
    """All that is wrong, one address after another."""
    return "\n".join("\n  ".join([address, *faults]) for address, faults in wrong.items())
