"""Everything that people wrote: looked through, and tied to the touchpoints that it is about."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from feedback import queries, services
from feedback.comment_forms import CommentsForm, TieForm
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
@require_safe
def comments(request: OrganisationRequest) -> HttpResponse:
    """All released comments, by words, round, touchpoint and segment."""
    form = CommentsForm(request.organisation, data=request.GET)
    found = form.wanted(queries.released_comments(request.organisation))
    asked = any(request.GET.get(name) for name in form.fields)
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "asked": asked}
    status = 200 if form.is_valid() else 422
    return render(request, "feedback/comments.html", context, status=status)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def comment_tie(request: OrganisationRequest, comment: UUID) -> HttpResponse:
    """Say which touchpoint a comment is about."""
    found = get_object_or_404(queries.released_comments(request.organisation), pk=comment)
    form = TieForm(request.organisation, data=request.POST or None, comment=found)
    if request.method == "POST" and form.is_valid():
        services.tie_comment(comment=found, touchpoint=form.cleaned_data["touchpoint"])
        messages.success(request, "The comment is sorted.")
        return redirect("feedback:comments", request.organisation.slug)
    status = 422 if form.errors else 200
    context = {"form": form, "comment": found}
    return render(request, "feedback/comment_tie.html", context, status=status)
