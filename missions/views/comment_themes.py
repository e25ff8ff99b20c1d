"""Themes suggested for a round's comments: looked at, named, and accepted by a person."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.refusals import refusals_told
from feedback.models import CommentTheme, Round
from missions.forms.drafting import carried_names
from missions.forms.suggestions import CommentThemesForm
from missions.models import ThemeSuggestion
from missions.queries.suggestions import MOST_COMPARED, proposed_comments
from missions.services import MissionsError, theme_suggestions
from missions.views.suggestion_parts import poll, preview_part, step_given, step_shown
from programme.access import OrganisationRequest, members
from programme.models import Role

_SHOWN_IN_A_GROUP = 4
_PAGE = "missions/comment_themes.html"


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def suggested(request: OrganisationRequest, round: int) -> HttpResponse:
    """What was suggested for a closed round's comments, as a preview, or how far the search is; as
    with a mission's words, the slider posts the names typed so far, and nothing is saved."""
    found = _closed(request, round)
    suggestion = ThemeSuggestion.objects.filter(round=found).first()
    if (waiting := poll(request, suggestion, what="comments")) is not None:
        return waiting
    return _preview(request, found, suggestion, step_given(request))


def _preview(
    request: OrganisationRequest,
    found: Round,
    suggestion: ThemeSuggestion | None,
    step: str,
    form: CommentThemesForm | None = None,
) -> HttpResponse:
    context: dict[str, object] = {
        "suggestion": suggestion,
        "round": found,
        "most_compared": MOST_COMPARED,
    }
    if suggestion is not None and suggestion.state == ThemeSuggestion.State.READY:
        step = step_shown(suggestion, step)
        proposed = proposed_comments(
            round=found, groups=suggestion.groups[step], shown=_SHOWN_IN_A_GROUP
        )
        form = form or CommentThemesForm(
            request.organisation,
            groups=suggestion.groups[step],
            initial={
                f"touchpoint-{group.place}": str(group.touchpoint or "")
                for group in proposed.groups
            }
            | carried_names(request.POST, suggestion.groups, step),
        )
        themes = CommentTheme.objects.filter(organisation=request.organisation)
        context |= {
            "step": step,
            "steps": list(theme_suggestions.STEPS),
            "groups": [
                (group, form[f"name-{group.place}"], form[f"touchpoint-{group.place}"])
                for group in proposed.groups
            ],
            "names": themes.values_list("name", flat=True),
            "left_over": proposed.left_over,
            "form": form,
        }
    if request.htmx:
        return preview_part(request, _PAGE, context, step)
    status = 422 if form is not None and form.errors else 200
    return render(request, _PAGE, context, status=status)


@members(Role.MANAGER)
@require_POST
def suggest(request: OrganisationRequest, round: int) -> HttpResponse:
    """Look for themes; where that takes the worker, the next page says how far it is."""
    found = _closed(request, round)
    with refusals_told(request, MissionsError):
        theme_suggestions.suggest_comment_themes(round=found)
    return redirect("comment_themes:suggested", request.organisation.slug, found.pk)


@members(Role.MANAGER)
@require_POST
def accept(request: OrganisationRequest, round: int) -> HttpResponse:
    """Put the comments of the named groups into themes."""
    found = _closed(request, round)
    suggestion = ThemeSuggestion.objects.filter(round=found).first()
    step = request.POST.get("step", "")
    groups = suggestion.groups.get(step, []) if suggestion is not None else []
    form = CommentThemesForm(request.organisation, request.POST, groups=groups)
    if not form.is_valid():
        return _preview(request, found, suggestion, step, form)
    try:
        placed = theme_suggestions.use_comment_suggestion(
            round=found, step=step, chosen=form.chosen(), by=request.membership
        )
    except MissionsError as problem:
        messages.error(request, str(problem))
        return redirect("comment_themes:suggested", request.organisation.slug, found.pk)
    comments = "1 comment is" if placed == 1 else f"{placed:,} comments are"
    messages.success(request, f"{comments} in a theme now. Rename or merge themes at any time.")
    return redirect("feedback:themes", request.organisation.slug)


def _closed(request: OrganisationRequest, pk: int) -> Round:
    return get_object_or_404(
        Round.objects.select_related("organisation", "period"),
        organisation=request.organisation,
        pk=pk,
        results__isnull=False,
        answers_apart=False,
    )
