"""Looking at suggested themes, and using them."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from missions import queries
from missions.forms import drafting as forms
from missions.models import Mission, ThemeSuggestion
from missions.queries.suggestions import proposed_groups
from missions.services import MissionsError, theme_suggestions
from missions.views.pages import find_mission, mission_page, to
from missions.views.suggestion_parts import poll, preview_part, step_given, step_shown
from programme.access import OrganisationRequest, members
from programme.models import Role

_SHOWN_IN_A_GROUP = 4
_PAGE = "missions/theme_suggestion.html"


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def theme_suggestion(request: OrganisationRequest, mission: int) -> HttpResponse:
    """What was suggested, as a preview, or how far the search is; a poll gets the part that
    changes, and the whole page once there is something to see. The slider posts the names typed so
    far, and nothing is saved."""
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see everyone’s.")
        return to("words", found)
    suggestion = ThemeSuggestion.objects.filter(mission=found).first()
    if (waiting := poll(request, suggestion, what="words")) is not None:
        return waiting
    return _preview(request, found, suggestion, step_given(request))


def _preview(
    request: OrganisationRequest,
    mission: Mission,
    suggestion: ThemeSuggestion | None,
    step: str,
    form: forms.SuggestedThemesForm | None = None,
) -> HttpResponse:
    """The suggestion at that step of the slider; its changing part for htmx."""
    context: dict[str, object] = {"suggestion": suggestion, "mission": mission}
    if suggestion is not None and suggestion.state == ThemeSuggestion.State.READY:
        step = step_shown(suggestion, step)
        proposed = proposed_groups(
            mission=mission, groups=suggestion.groups[step], shown=_SHOWN_IN_A_GROUP
        )
        form = form or forms.SuggestedThemesForm(
            groups=suggestion.groups[step],
            initial=forms.carried_names(request.POST, suggestion.groups, step),
        )
        context |= {
            "step": step,
            "steps": list(theme_suggestions.STEPS),
            "groups": [(group, form[f"name-{group.place}"]) for group in proposed.groups],
            "tray": proposed.tray,
            "left_over": proposed.left_over,
            "form": form,
        }
    if request.htmx:
        return preview_part(request, _PAGE, context, step)
    status = 422 if form is not None and form.errors else 200
    return mission_page(request, _PAGE, mission, context, status=status)


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
    step = request.POST.get("step", "")
    groups = suggestion.groups.get(step, []) if suggestion is not None else []
    form = forms.SuggestedThemesForm(request.POST, groups=groups)
    if not form.is_valid():
        return _preview(request, found, suggestion, step, form)
    try:
        move = theme_suggestions.use_suggestion(
            mission=found, step=step, names=form.names(), by=request.membership
        )
    except MissionsError as problem:
        messages.error(request, str(problem))
        return to("theme_suggestion", found)
    messages.success(request, f"{move.summary} Move words, rename, or undo it all.")
    return to("themes", found)
