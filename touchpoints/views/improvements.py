"""Improvements: a board, a list, and their files."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from programme.access import OrganisationRequest, members
from programme.models import Organisation
from programme.queries import members_of, today_at
from programme.tables import write_csv, write_xlsx
from touchpoints.models import Improvement
from touchpoints.queries import (
    Effect,
    Reached,
    current_stages,
    expectations,
    improvement_list,
    observed_effects,
)
from touchpoints.queries.improvements import NOBODY, SORTS
from touchpoints.views.improvement_asked import ImprovementsAsked

_A_PAGE = 25
_A_COLUMN = 30
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_HEADINGS = (
    *("Improvement", "Kind", "State", "Stage", "Touchpoint", "Hand-off", "Owner", "Due", "Late"),
    *("Effort", "Impact", "Whys", "Cause", "Expected", "Expected net", "Expected in", "Done on"),
    *("Observed change", "Observed, low", "Observed, high", "Observed, in words", "Expectation"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An improvement with what came of it; None where there is no evidence yet."""

    improvement: Improvement
    late: bool
    effect: Effect | None
    reached: Reached | None


@dataclass(frozen=True, slots=True)
class Column:
    """One state of the board: its first lines, and how many are only in the list."""

    state: str
    title: str
    lines: list[Line]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@members()
def improvements(request: OrganisationRequest) -> HttpResponse:
    context = improvements_context(request, ImprovementsAsked.read(request.GET))
    response = render(request, "touchpoints/improvements.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@members()
def improvements_export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """What the list shows, every page of it, as a file."""
    asked = ImprovementsAsked.read(request.GET)
    found = list(improvement_list(organisation=request.organisation, wanted=asked.wanted))
    rows = list(_rows(lines_of(request.organisation, found)))
    content = write_xlsx(_HEADINGS, rows) if kind == "xlsx" else "".join(write_csv(_HEADINGS, rows))
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="improvements.{kind}"'
    return response


def improvements_context(
    request: OrganisationRequest, asked: ImprovementsAsked
) -> dict[str, object]:
    """What the board or the list shows."""
    organisation = request.organisation
    found = improvement_list(organisation=organisation, wanted=asked.wanted)
    context: dict[str, object] = {
        "asked": asked,
        "query": asked.query(),
        "board_query": asked.viewed("board").query(),
        "list_query": asked.viewed("list").query(),
        "kinds": Improvement.Kind.choices,
        "states": Improvement.State.choices,
        "sorts": SORTS.items(),
        "owners": members_of(organisation),
        "stages": current_stages(organisation),
        "nobody": NOBODY,
    }
    if asked.view == "list":
        page = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
        context["page_obj"] = page
        context["lines"] = lines_of(organisation, list(page.object_list))
        context["any"] = bool(page.paginator.count) or asked.filtered
    else:
        columns = _columns(organisation, list(found))
        context["columns"] = columns
        context["any"] = any(column.count for column in columns) or asked.filtered
    return context


def lines_of(organisation: Organisation, found: list[Improvement]) -> list[Line]:
    effects = observed_effects(organisation=organisation, improvements=found)
    reached = expectations(organisation=organisation, improvements=found)
    today = today_at(organisation)
    return [
        Line(
            improvement=one,
            late=one.is_open and one.due_on is not None and one.due_on < today,
            effect=effects.get(one.pk),
            reached=reached.get(one.pk),
        )
        for one in found
    ]


def _columns(organisation: Organisation, found: list[Improvement]) -> list[Column]:
    by_state: dict[str, list[Improvement]] = {state: [] for state in Improvement.State.values}
    for one in found:
        by_state[one.state].append(one)
    # What was done or dropped last comes first.
    by_state[Improvement.State.DONE].sort(key=lambda one: str(one.done_on), reverse=True)
    shown = {state: some[:_A_COLUMN] for state, some in by_state.items()}
    lines = {
        line.improvement.pk: line
        for line in lines_of(organisation, [one for some in shown.values() for one in some])
    }
    return [
        Column(
            state=state,
            title=str(Improvement.State(state).label),
            lines=[lines[one.pk] for one in some],
            count=len(by_state[state]),
        )
        for state, some in shown.items()
    ]


def _rows(lines: list[Line]) -> Iterator[list[str | int | float]]:
    for line in lines:
        one, effect = line.improvement, line.effect
        yield [
            *(one.title, one.get_kind_display(), one.get_state_display()),
            one.touchpoint.stage.name if one.touchpoint else "",
            *(str(one.touchpoint or ""), str(one.hand_off or "")),
            str(one.owner.user) if one.owner else "",
            *(str(one.due_on or ""), "yes" if line.late else ""),
            *(one.effort, one.impact, " > ".join(one.whys), one.cause, one.expected_effect),
            *("" if one.expected_net is None else one.expected_net, one.expected_in),
            str(one.done_on or ""),
            *([round(effect.difference, 1), round(effect.low, 1)] if effect else ["", ""]),
            round(effect.high, 1) if effect else "",
            (effect.words if effect else "no evidence yet") if one.done_on else "",
            line.reached.words if line.reached else "",
        ]
