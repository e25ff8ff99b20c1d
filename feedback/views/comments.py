"""Everything that people wrote: looked through, and sorted by what it is about."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from feedback import services, sifting
from feedback.forms.comments import CommentsForm, SortForm
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
@require_safe
def comments(request: OrganisationRequest) -> HttpResponse:
    """All released comments, by words, round, question, moment, theme, touchpoint and segment."""
    form = CommentsForm(request.organisation, data=request.GET)
    wanted = form.wanted()
    found = sifting.page_of(
        sifting.sift(request.organisation, wanted),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        sparse=wanted.asks_for_some,
    )
    asked = [name for name in form.fields if request.GET.get(name)]
    context = {
        "form": form,
        "choices": [field for field in form if field.name != "q"],
        "found": found,
        "most_counted": sifting.MOST_COUNTED,
        "wanted": wanted,
        "asked": bool(asked),
        "sifted": any(name != "q" for name in asked),
    }
    status = 200 if form.is_valid() else 422
    return render(request, "feedback/comments.html", context, status=status)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def comment_sort(request: OrganisationRequest, comment: UUID) -> HttpResponse:
    """Say which touchpoint a comment is about and which themes it is in, and go back to the view
    that one came from."""
    found = get_object_or_404(sifting.readable(request.organisation), pk=comment)
    form = SortForm(request.organisation, data=request.POST or None, comment=found)
    view = request.GET.urlencode()
    back = reverse("feedback:comments", args=[request.organisation.slug]) + (
        f"?{view}" if view else ""
    )
    if request.method == "POST" and form.is_valid():
        services.sort_comment(comment=found, by=request.membership, **form.cleaned_data)
        messages.success(request, "The comment is sorted.")
        return redirect(back)
    status = 422 if form.errors else 200
    context = {"form": form, "comment": found, "back": back}
    return render(request, "feedback/comment_sort.html", context, status=status)
