"""Which words each clause came from, looked at and said one by one."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from missions import drafting, pasting, queries, services
from missions.drafting import Line
from missions.forms import drafting as forms
from missions.models import Mission
from missions.views.pages import a_page, find_mission, mission_page, to
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
def draft_links(request: OrganisationRequest, mission: int) -> HttpResponse:
    """The clauses, one of them with its words, and all words to choose from."""
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see everyone’s.")
        return to("words", found)
    may_link = found.is_open and request.membership.role == Role.LEADER
    lines = drafting.lines(found, _text(found, may_link=may_link))
    chosen = _chosen(lines, request.GET.get("clause", ""))
    themes = list(found.themes.all())
    theme = next((one for one in themes if str(one.pk) == request.GET.get("theme")), None)
    context = {
        "lines": lines,
        "chosen": chosen,
        "themes": themes,
        "theme": theme,
        "may_link": may_link,
        "page": a_page(
            request, queries.words(mission=found, theme=theme).prefetch_related("themes")
        ),
        "linked": {link.contribution_id for link in chosen.taken_up} if chosen else set(),
        "rejected": {link.contribution_id for link in chosen.rejected} if chosen else set(),
    }
    return mission_page(request, "missions/draft_links.html", found, context)


@members(Role.LEADER)
@require_POST
def draft_link(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Say of one contribution that the clause takes it up, or not; or take that back."""
    found = find_mission(request, mission)
    form = forms.LinkForm(request.POST, mission=found)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return to("draft_links", found)
    given = form.cleaned_data
    text = _text(found, may_link=True)
    with refusals_told(request, services.MissionsError):
        services.answer_words(
            contribution=given["contribution"],
            clause=given["clause"],
            text=text,
            taken_up=forms.LinkForm.ANSWERS[given["answer"]],
            by=request.membership,
        )
    return to("draft_links", found, given["back"])


def _text(mission: Mission, *, may_link: bool) -> str:
    """What the clauses are of: the adopted statement, or what is being written (only whoever
    writes sees that), or the latest version."""
    if not mission.is_open:
        return mission.statement
    working = drafting.working_text(mission) if may_link else None
    if working is not None:
        return pasting.plain(working.text)[: forms.LONGEST_STATEMENT]
    latest = mission.drafts.first()
    return latest.text if latest else ""


def _chosen(lines: list[Line], wanted: str) -> Line | None:
    """The clause of that number, from 1; the first where there is no such."""
    return next((line for line in lines if str(line.position + 1) == wanted), None) or next(
        iter(lines), None
    )
