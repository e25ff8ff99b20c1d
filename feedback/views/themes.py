"""Themes of what people wrote: through the rounds, and by name."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.refusals import refusals_told
from feedback import services
from feedback.forms.themes import MergeForm, ThemeForm
from feedback.models import CommentTheme, Round
from feedback.queries import themes as theme_queries
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
@require_safe
def themes(request: OrganisationRequest) -> HttpResponse:
    """Every theme through the rounds of customers or of staff, and the rounds still to be
    themed."""
    rounds = theme_queries.rounds_to_theme(request.organisation)
    themed = [one.round.audience for one in rounds if one.themed]
    audience = request.GET.get("audience", "")
    if audience not in Round.Audience.values:
        outside = Round.Audience.EXTERNAL
        audience = themed[0] if themed and outside not in themed else outside
    courses = theme_queries.theme_courses(request.organisation, rounds, audience)
    context = {
        "rounds": rounds,
        "audience": audience,
        "audiences": [choice for choice in Round.Audience.choices if choice[0] in themed],
        "courses": [course for course in courses if course.n],
        "empty": [course.theme for course in courses if not course.n],
    }
    return render(request, "feedback/themes.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def theme_edit(request: OrganisationRequest, comment_theme: int) -> HttpResponse:
    """Rename a theme, or say which touchpoint it is about."""
    found = _theme(request, comment_theme)
    form = ThemeForm(request.organisation, data=request.POST or None, theme=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_theme(theme=found, **form.cleaned_data)
        except services.FeedbackError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "The theme is changed.")
            return redirect("feedback:themes", request.organisation.slug)
    return _edit_page(request, found, form, MergeForm(data=None, theme=found))


@members(Role.MANAGER)
@require_POST
def theme_merge(request: OrganisationRequest, comment_theme: int) -> HttpResponse:
    """Put a theme's comments into another one."""
    found = _theme(request, comment_theme)
    merge = MergeForm(data=request.POST, theme=found)
    if not merge.is_valid():
        form = ThemeForm(request.organisation, data=None, theme=found)
        return _edit_page(request, found, form, merge)
    into = merge.cleaned_data["into"]
    with refusals_told(request, services.FeedbackError):
        services.merge_theme(theme=found, into=into)
        messages.success(request, f"“{found.name}” is now part of “{into.name}”.")
    return redirect("feedback:themes", request.organisation.slug)


@members(Role.MANAGER)
@require_POST
def theme_delete(request: OrganisationRequest, comment_theme: int) -> HttpResponse:
    """Let a theme go; its comments stay."""
    found = _theme(request, comment_theme)
    services.delete_theme(theme=found)
    messages.success(request, f"“{found.name}” is gone. Its comments stay.")
    return redirect("feedback:themes", request.organisation.slug)


def _theme(request: OrganisationRequest, pk: int) -> CommentTheme:
    return get_object_or_404(CommentTheme, organisation=request.organisation, pk=pk)


def _edit_page(
    request: OrganisationRequest, theme: CommentTheme, form: ThemeForm, merge: MergeForm
) -> HttpResponse:
    context = {"theme": theme, "form": form, "merge": merge, "count": theme.comments.count()}
    status = 422 if form.errors or merge.errors else 200
    return render(request, "feedback/theme_edit.html", context, status=status)
