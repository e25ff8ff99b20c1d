"""What looking at suggested themes has in common, of a mission's words and of comments."""

from django.http import HttpResponse
from django.shortcuts import render

from missions.models import ThemeSuggestion
from missions.services import theme_suggestions
from programme.access import OrganisationRequest


def poll(
    request: OrganisationRequest, suggestion: ThemeSuggestion | None, *, what: str
) -> HttpResponse | None:
    """How far the search is, for a page that waits, and word to load anew once there is something
    to see; None where it is the page or a step of the slider that is asked for."""
    if not request.htmx or request.method == "POST" or "step" in request.GET:
        return None
    answer = render(request, "missions/_finding.html", {"suggestion": suggestion, "what": what})
    if suggestion is None or suggestion.state != ThemeSuggestion.State.FINDING:
        answer["HX-Refresh"] = "true"
    return answer


def step_given(request: OrganisationRequest) -> str:
    """Where the slider stands; it posts the names typed so far, and is a form without script."""
    given = request.POST if request.method == "POST" else request.GET
    return given.get("step", "")


def step_shown(suggestion: ThemeSuggestion, step: str) -> str:
    """That step, or the middle where there is none such."""
    return step if step in suggestion.groups else theme_suggestions.MIDDLE


def preview_part(
    request: OrganisationRequest, page: str, context: dict[str, object], step: str
) -> HttpResponse:
    """The part of the page that the slider changes; the address keeps the step."""
    answer = render(request, f"{page}#preview", context)
    answer["HX-Replace-Url"] = f"{request.path}?step={step}"
    return answer
