"""Writing the statement, comparing its versions, and adopting one."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from missions import clarity, forms, queries, services
from missions.coverage import coverage
from missions.models import Draft, Mission
from missions.views.pages import find_mission, mission_page, sent, to
from missions.worddiff import word_diff
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
def draft(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    services.gather_contributions(mission=found)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see the draft.")
        return to("words", found)
    current = found.drafts.first()
    initial = {"text": current.text, "based_on_version": current.version} if current else {}
    form = forms.DraftForm(initial=initial or {"based_on_version": 0})
    return _draft_page(request, found, form, current.text if current else "")


@members(Role.LEADER)
@require_POST
def draft_save(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    form = forms.DraftForm(request.POST)
    typed = form.data.get("text", "")
    if not form.is_valid():
        return _draft_page(request, found, form, typed, status=422)
    try:
        saved, is_new = services.save_draft(
            mission=found,
            text=form.cleaned_data["text"],
            based_on_version=form.cleaned_data["based_on_version"],
            author=request.membership,
        )
    except services.StaleDraftError as stale:
        mine = form.cleaned_data["text"]
        again = forms.DraftForm(
            initial={"text": mine, "based_on_version": stale.current.version},
        )
        conflict = {
            "current": stale.current,
            "said": str(stale),
            "changes": word_diff(stale.current.text, mine),
        }
        return _draft_page(request, found, again, mine, status=409, conflict=conflict)
    except services.MissionsError as problem:
        form.add_error(None, str(problem))
        return _draft_page(request, found, form, typed, status=422)
    if is_new:
        messages.success(request, f"Saved as version {saved.version}.")
    else:
        messages.info(request, f"Nothing has changed since version {saved.version}.")
    return to("draft", found)


def _draft_page(
    request: OrganisationRequest,
    mission: Mission,
    form: forms.DraftForm,
    text: str,
    *,
    status: int = 200,
    conflict: dict[str, Any] | None = None,
) -> HttpResponse:
    place = {"organisation": request.organisation.slug, "mission": mission.pk}
    form.fields["text"].widget.attrs |= {
        "hx-post": reverse("missions:draft_hints", kwargs=place),
        "hx-trigger": "input changed delay:400ms",
        "hx-target": "#hints",
        "hx-sync": "this:replace",
    }
    seen = _seen_in(mission, text)
    context = {
        "form": form,
        **seen,
        "conflict": conflict,
        "versions": list(mission.drafts.select_related("author__user")),
        "themes": [
            (theme, seen["taken_up"].get(theme.theme.pk)) for theme in queries.themes(mission)
        ],
        "latest": queries.words(mission=mission)[:12],
    }
    return mission_page(request, "missions/draft.html", mission, context, status=status)


@members(Role.LEADER)
@require_POST
def draft_hints(request: OrganisationRequest, mission: int) -> HttpResponse:
    """The hints on a text that is still being typed; nothing is saved."""
    found = find_mission(request, mission)
    text = request.POST.get("text", "")[: forms.LONGEST_STATEMENT]
    context = {"mission": found, "typing": True, **_seen_in(found, text)}
    return render(request, "missions/_draft_hints.html", context)


def _seen_in(mission: Mission, text: str) -> dict[str, Any]:
    """What can be told of a text: its wording, and how far it takes up what people said."""
    found = coverage(mission, text)
    return {
        "hints": clarity.hints(text, names=[mission.organisation.name]),
        "has_text": bool(text.strip()),
        "coverage": found,
        "taken_up": {one.key: one for one in found.themes} if found else {},
    }


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
def adopt(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    if not found.is_open:
        return to("mission", found)
    versions = found.drafts.all()
    wanted = request.POST.get("version") or request.GET.get("version", "")
    chosen = versions.filter(version=wanted).first() if wanted.isdecimal() else versions.first()
    if chosen is None:
        if wanted:
            raise Http404
        return mission_page(request, "missions/adopt.html", found, {"draft": None})
    initial = {
        "version": chosen.version,
        "review_on": _a_year_on(queries.today(request.organisation)),
    }
    form = forms.AdoptForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        one = get_object_or_404(versions, version=form.cleaned_data["version"])
        try:
            services.adopt(mission=found, draft=one, review_on=form.cleaned_data["review_on"])
        except services.MissionsError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, "This is your mission now.")
            return redirect(
                reverse("missions:index", kwargs={"organisation": request.organisation.slug})
            )
    context = {
        "form": form,
        "draft": chosen,
        "replaces": queries.adopted(request.organisation),
        "address": reverse("public_mission", args=[request.organisation.slug]),
    }
    status = 422 if form.errors else 200
    return mission_page(request, "missions/adopt.html", found, context, status=status)


def _a_year_on(day: dt.date) -> dt.date:
    """The same day next year; a day earlier where there is none."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
