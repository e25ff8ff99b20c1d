"""Looking at suggested themes, using them, and taking them back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from missions import forms, queries
from missions.models import Mission, ThemeSuggestion
from missions.services import MissionsError, theme_suggestions
from missions.views.pages import find_mission, mission_page, to
from programme.access import OrganisationRequest, members
from programme.models import Role

_SHOWN_IN_A_GROUP = 4
_LABELS = {"finer": "More, narrower", "middle": "In between", "coarser": "Fewer, broader"}


@members(Role.MANAGER)
@require_safe
def theme_suggestion(request: OrganisationRequest, mission: int) -> HttpResponse:
    """What was suggested, as a preview, or how far the search is; a poll gets the part that
    changes, and the whole page once there is something to see."""
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see everyone’s.")
        return to("words", found)
    suggestion = ThemeSuggestion.objects.filter(mission=found).first()
    if request.htmx:
        answer = render(
            request,
            "missions/theme_suggestion.html#finding",
            {"suggestion": suggestion, "mission": found},
        )
        if suggestion is None or suggestion.state != ThemeSuggestion.State.FINDING:
            answer["HX-Refresh"] = "true"
        return answer
    return _preview(request, found, suggestion, request.GET.get("level", ""))


def _preview(
    request: OrganisationRequest,
    mission: Mission,
    suggestion: ThemeSuggestion | None,
    level: str,
    form: forms.SuggestedThemesForm | None = None,
) -> HttpResponse:
    context: dict[str, object] = {"suggestion": suggestion}
    if suggestion is not None and suggestion.state == ThemeSuggestion.State.READY:
        if level not in suggestion.groups:
            level = "middle"
        proposed = queries.proposed_groups(
            mission=mission, groups=suggestion.groups[level], shown=_SHOWN_IN_A_GROUP
        )
        form = form or forms.SuggestedThemesForm(groups=suggestion.groups[level])
        context |= {
            "level": level,
            "levels": [
                (each, label, len(suggestion.groups[each])) for each, label in _LABELS.items()
            ],
            "groups": [(group, form[f"name-{group.place}"]) for group in proposed.groups],
            "tray": proposed.tray,
            "left_over": proposed.left_over,
            "form": form,
        }
    status = 422 if form is not None and form.errors else 200
    return mission_page(request, "missions/theme_suggestion.html", mission, context, status=status)


@members(Role.MANAGER)
@require_POST
def theme_suggestion_add(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Look for themes; where that takes the worker, the next page says how far it is."""
    found = find_mission(request, mission)
    try:
        theme_suggestions.suggest_themes(mission=found)
    except MissionsError as problem:
        messages.error(request, str(problem))
        return to("themes", found)
    return to("theme_suggestion", found)


@members(Role.MANAGER)
@require_POST
def theme_suggestion_use(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    suggestion = ThemeSuggestion.objects.filter(mission=found).first()
    level = request.POST.get("level", "")
    groups = suggestion.groups.get(level, []) if suggestion is not None else []
    form = forms.SuggestedThemesForm(request.POST, groups=groups)
    if not form.is_valid():
        return _preview(request, found, suggestion, level, form)
    try:
        made = theme_suggestions.use_suggestion(mission=found, level=level, names=form.names())
    except MissionsError as problem:
        messages.error(request, str(problem))
        return to("theme_suggestion", found)
    count = "1 theme is" if len(made) == 1 else f"{len(made)} themes are"
    messages.success(request, f"{count} on your board. Move words, rename, or undo it all.")
    return to("themes", found)


@members(Role.MANAGER)
@require_POST
def theme_suggestion_undo(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    try:
        gone, kept = theme_suggestions.undo_suggestion(mission=found)
    except MissionsError as problem:
        messages.error(request, str(problem))
        return to("themes", found)
    said = f"Took back {gone} suggested theme{'' if gone == 1 else 's'}; the words are all here."
    if kept:
        said += f" {kept} that someone has changed since {'stays' if kept == 1 else 'stay'}."
    messages.success(request, said)
    return to("theme_suggestion", found)
