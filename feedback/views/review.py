"""Confidential comments that may name someone: read by a leader before anyone else."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.refusals import refusals_told
from feedback import queries, services
from feedback.models import Comment
from programme.access import OrganisationRequest, members
from programme.models import Role


@members(Role.LEADER)
@require_safe
def held_comments(request: OrganisationRequest) -> HttpResponse:
    """What waits to be read, or what has been decided."""
    decided = request.GET.get("show") == "decided"
    found = queries.held_comments(request.organisation, decided=decided)
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "feedback/held.html", {"page_obj": page, "decided": decided})


@members(Role.LEADER)
@require_POST
def held_comment_review(request: OrganisationRequest, comment: UUID) -> HttpResponse:
    found = get_object_or_404(Comment, organisation=request.organisation, pk=comment)
    release = "release" in request.POST
    with refusals_told(request, services.FeedbackError):
        services.review_comment(comment=found, release=release, reviewed_by=request.membership)
        said = "Released: it stands among the others." if release else "Kept back: nobody sees it."
        messages.success(request, f"{said} You can change that under “Decided”.")
    return redirect("feedback:held_comments", request.organisation.slug)
