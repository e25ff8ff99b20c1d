"""The draft's versions: compared, restored, exported; and texts that were kept aside."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from missions import drafting, queries, services
from missions.models import Draft, WorkingText
from missions.views.pages import find_mission, mission_page, to
from missions.worddiff import word_diff
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.tables import write_csv, write_xlsx

COLUMNS = (
    "version",
    "saved",
    "by",
    "statement",
    "clause",
    "its words",
    "takes up",
    "voice",
    "themes",
    "what was said",
    "said so by",
    "said so on",
)


@members()
def draft_compare(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Two versions and what changed between them, word by word."""
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see the draft.")
        return to("words", found)
    versions = list(found.drafts.select_related("author__user"))
    before = _version(versions, request.GET.get("from", ""))
    after = _version(versions, request.GET.get("to", ""))
    context = {
        "versions": versions,
        "before": before,
        "after": after,
        "changes": word_diff(before.text, after.text),
    }
    return mission_page(request, "missions/draft_compare.html", found, context)


def _version(versions: list[Draft], wanted: str) -> Draft:
    for version in versions:
        if str(version.version) == wanted:
            return version
    raise Http404


@members(Role.LEADER)
@require_POST
def draft_restore(request: OrganisationRequest, mission: int, version: int) -> HttpResponse:
    """Make an earlier version's text the newest one."""
    found = find_mission(request, mission)
    newest = found.drafts.first()
    if newest is None:
        raise Http404
    try:
        saved, is_new = services.restore_version(
            mission=found,
            version=version,
            based_on_version=newest.version,
            author=request.membership,
        )
    except services.MissionsError as problem:
        messages.error(request, str(problem))
        return to("draft", found)
    if is_new:
        messages.success(request, f"Version {version} is back, as version {saved.version}.")
    else:
        messages.info(request, f"Version {saved.version} says the same already.")
    return to("draft", found)


@members(Role.LEADER)
@require_POST
def draft_go_back(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    with refusals_told(request, services.MissionsError):
        back_at = services.go_back(mission=found, by=request.membership)
        where = f"version {back_at.version}" if back_at else "an empty page"
        messages.success(request, f"Back at {where}. What you had written is kept aside below.")
    return to("draft", found)


@members(Role.LEADER)
@require_POST
def draft_bring_back(request: OrganisationRequest, mission: int, aside: int) -> HttpResponse:
    found = find_mission(request, mission)
    row = get_object_or_404(WorkingText, pk=aside, mission=found, is_aside=True)
    with refusals_told(request, services.MissionsError):
        services.bring_back(row=row, by=request.membership)
        messages.success(request, "Here it is again. Save it when it is good.")
    return to("draft", found)


@members(Role.LEADER)
@require_POST
def draft_throw_away(request: OrganisationRequest, mission: int, aside: int) -> HttpResponse:
    found = find_mission(request, mission)
    row = get_object_or_404(WorkingText, pk=aside, mission=found, is_aside=True)
    with refusals_told(request, services.MissionsError):
        services.throw_away(row=row)
        messages.success(request, "That text is gone. The versions are all still here.")
    return to("draft", found)


@members()
def draft_table(request: OrganisationRequest, mission: int, kind: str) -> HttpResponse:
    """The versions, clause by clause, with the words they came from, as a CSV or XLSX file."""
    found = find_mission(request, mission)
    if kind not in {"csv", "xlsx"}:
        raise Http404
    if not queries.may_see_words(mission=found, membership=request.membership):
        return to("words", found)
    versions = found.drafts.select_related("author__user").order_by("version")
    with timezone.override(found.organisation.timezone):
        rows = list(drafting.table_rows(found, list(versions)))
    if kind == "csv":
        answer = HttpResponse("".join(write_csv(COLUMNS, rows)), content_type="text/csv")
    else:
        answer = HttpResponse(
            write_xlsx(COLUMNS, rows),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    named = content_disposition_header(as_attachment=True, filename=f"drafts.{kind}")
    answer["Content-Disposition"] = named or "attachment"
    return answer
