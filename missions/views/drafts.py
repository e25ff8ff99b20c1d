"""Writing the statement, with what people said beside it; and adopting it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.refusals import refusals_told
from missions import clarity, drafting, pasting, queries, services
from missions.coverage import coverage
from missions.forms import drafting as forms
from missions.models import Draft, Mission, Theme, WorkingText
from missions.services.working_text import LONGEST_KEPT
from missions.views.pages import find_mission, mission_page, sent, to
from missions.worddiff import word_diff
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.queries import today_at

ANSWERS = forms.LinkForm.ANSWERS
ANSWER_WORDS = (("yes", "Yes"), ("no", "No"))


@members()
def draft(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    services.gather_contributions(mission=found)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see the draft.")
        return to("words", found)
    versions = _versions(found)
    version, text = (versions[0].version, versions[0].text) if versions else (0, "")
    initial: dict[str, object] = {"text": text, "based_on_version": version, "revision": 0}
    writes = found.is_open and request.membership.role == Role.LEADER
    working = drafting.working_text(found) if writes else None
    if working is not None:
        text = working.text
        initial = {
            "text": text,
            "based_on_version": working.based_on_version,
            "revision": working.revision,
        }
    form = forms.DraftForm(initial=initial)
    return _draft_page(request, found, form, text, working=working, versions=versions)


def _versions(mission: Mission) -> list[Draft]:
    """All of them, the newest first."""
    return list(mission.drafts.select_related("author__user"))


@members(Role.LEADER)
@require_POST
def draft_save(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    form = forms.DraftForm(request.POST)
    typed = form.data.get("text", "")
    if not form.is_valid():
        return _draft_page(request, found, form, typed, status=422)
    given = form.cleaned_data
    try:
        saved, is_new = services.save_draft(
            mission=found,
            text=given["text"],
            based_on_version=given["based_on_version"],
            author=request.membership,
            revision=given["revision"],
            aside=given["aside"],
        )
    except services.StaleDraftError as stale:
        mine = given["text"]
        again = forms.DraftForm(
            initial={**given, "based_on_version": stale.current.version},
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
    working: WorkingText | None = None,
    versions: list[Draft] | None = None,
) -> HttpResponse:
    writes = mission.is_open and request.membership.role == Role.LEADER
    place = {"organisation": request.organisation.slug, "mission": mission.pk}
    form.fields["text"].widget.attrs |= {
        "hx-post": reverse("missions:draft_hints", kwargs=place),
        # A pasted or repeated key asks once; a newer request takes the place of one under way.
        "hx-trigger": "input changed delay:30ms",
        "hx-swap": "none",
        "hx-sync": "this:replace",
    }
    seen = _seen_in(mission, text)
    versions = _versions(mission) if versions is None else versions
    latest = versions[0].text if versions else ""
    context = {
        "form": form,
        **seen,
        "conflict": conflict,
        "versions": versions,
        # Only what was kept, and is no version, can be gone back from.
        "unsaved": working if working and pasting.plain(working.text) != latest else None,
        "asides": list(drafting.kept_aside(mission)) if writes else [],
        "themes": [
            (theme, seen["taken_up"].get(theme.theme.pk)) for theme in queries.themes(mission)
        ],
        "latest": queries.words(mission=mission)[:12],
        "answers": writes,
        "answer_words": ANSWER_WORDS,
    }
    return mission_page(request, "missions/draft.html", mission, context, status=status)


@members(Role.LEADER)
@require_POST
def draft_hints(request: OrganisationRequest, mission: int) -> HttpResponse:
    """What can be told of a text that is still being typed; nothing is saved."""
    found = find_mission(request, mission)
    return _marks(request, found, request.POST.get("text", ""), typing=True)


def _marks(
    request: OrganisationRequest, mission: Mission, text: str, *, typing: bool = False
) -> HttpResponse:
    """The parts of the page that follow the text, to take the place of what is shown."""
    context = {
        "mission": mission,
        "typing": True,
        "answers": True,
        "answer_words": ANSWER_WORDS,
        **_seen_in(mission, text[:LONGEST_KEPT], typing=typing),
    }
    return render(request, "missions/_draft_hints.html", context)


def _seen_in(mission: Mission, text: str, *, typing: bool = False) -> dict[str, Any]:
    """What can be told of a text: its wording, and how far it takes up what people said."""
    text = pasting.plain(text)
    compared = text[: forms.LONGEST_STATEMENT]
    found = coverage(mission, compared, typing=typing)
    return {
        "hints": clarity.hints(compared, names=[mission.organisation.name]),
        "has_text": bool(text.strip()),
        "length": len(text),
        "longest": forms.LONGEST_STATEMENT,
        "coverage": found,
        "taken_up": {one.key: one for one in found.themes} if found else {},
    }


@members(Role.LEADER)
@require_POST
def draft_keep(request: OrganisationRequest, mission: int) -> JsonResponse:
    """Keep what is being typed; 409 where someone else's text came in between, and this one is
    kept aside."""
    found = find_mission(request, mission)
    form = forms.WorkingForm(request.POST)
    if not form.is_valid():
        said = "This could not be kept. Save it as a version, or copy it somewhere safe."
        return JsonResponse({"said": said}, status=422)
    try:
        kept = _keep(request, found, form)
    except services.MissionsError as problem:
        return JsonResponse({"said": str(problem)}, status=422)
    if kept.other is not None:
        who = kept.other.kept_by
        name = str(who.user) if who and who != request.membership else "Another tab of yours"
        said = (
            f"{name} has changed this text meanwhile. Yours is kept aside, so that neither is lost."
        )
        about = {"said": said, "aside": kept.row.pk, "revision": kept.other.revision}
        return JsonResponse(about, status=409)
    return JsonResponse({"said": "", "revision": kept.row.revision})


def _keep(request: OrganisationRequest, mission: Mission, form: forms.WorkingForm) -> services.Kept:
    given = form.cleaned_data
    return services.keep_text(
        mission=mission,
        text=given["text"],
        based_on_version=given["based_on_version"],
        revision=given["revision"] or 0,
        aside=given["aside"],
        by=request.membership,
    )


@members(Role.LEADER)
@require_POST
def draft_answer(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Say whether a clause of the text takes up a theme. `answer` is "yes", "no" or "clear", the
    theme's key and the clause, with colons between. What is typed goes with it, and is kept."""
    found = find_mission(request, mission)
    word, _, rest = request.POST.get("answer", "").partition(":")
    key, _, clause = rest.partition(":")
    if word not in ANSWERS or not key.isascii() or not key.isdecimal() or len(key) > 18:
        raise Http404
    theme = get_object_or_404(Theme.objects.select_related("mission"), pk=key, mission=found)
    text = request.POST.get("text", "")
    problem = ""
    try:
        services.answer_theme(
            theme=theme,
            clause=clause,
            text=pasting.plain(text)[: forms.LONGEST_STATEMENT],
            taken_up=ANSWERS[word],
            by=request.membership,
        )
    except services.MissionsError as refused:
        problem = str(refused)
    if request.headers.get("HX-Request"):
        return _marks(request, found, text)
    if problem:
        messages.error(request, problem)
    # Without the script nothing else has kept what was typed.
    form = forms.WorkingForm(request.POST)
    if form.is_valid():
        with refusals_told(request, services.MissionsError):
            kept = _keep(request, found, form)
            if kept.other is not None:
                said = "Someone has changed the text meanwhile: yours is kept aside below."
                messages.warning(request, said)
    return to("draft", found)


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
        "review_on": _a_year_on(today_at(request.organisation)),
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
        "held_up": "" if form.errors else services.what_holds_up(mission=found),
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
