"""Every page of the programme with the sample in it, and in which states it is looked at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

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
from focusprog.sample.people import Cast
from missions.models import (
    Commitment,
    Consent,
    ConsentAnswer,
    Contribution,
    Critique,
    Decision,
    Mission,
    Suggestion,
    Theme,
    Weighing,
)
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
from reports.models import BoardReport
from tests.prepared import uploaded
from touchpoints.models import HandOff, Improvement, Journey, Rule, Stage, Touchpoint, Workshop

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


def inside(cast: Cast, client: Client) -> dict[str, list[str]]:
    """The addresses of every view inside the organisation, by the view's name; `client` is
    signed in as its leader."""
    keys = _keys(cast.organisation) | {"token": [uploaded(cast.organisation, client)]}
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
