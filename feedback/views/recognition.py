"""Thanks: a page of them, and the form by which members thank a colleague."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from feedback.forms.thanks import ThanksForm
from feedback.services import thank_colleague
from programme.access import OrganisationRequest, members
from programme.models import Recognition, Role
from programme.queries import recognitions


@members()
@require_safe
def recognition(request: OrganisationRequest) -> HttpResponse:
    """Everybody's thanks, newest first."""
    found = Paginator(recognitions(request.organisation), 25).get_page(request.GET.get("page"))
    context = {"page_obj": found, "may_thank": request.membership.role != Role.AUDITOR}
    return render(request, "feedback/recognition.html", context)


@members(Role.MANAGER, Role.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def recognition_add(request: OrganisationRequest) -> HttpResponse:
    """Thank a colleague or a team."""
    form = ThanksForm(
        request.organisation,
        data=request.POST or None,
        initial={"kind": Recognition.Kind.SERVING},
    )
    if request.method == "POST" and form.is_valid():
        made = thank_colleague(
            organisation=request.organisation, given_by=request.membership, **form.cleaned_data
        )
        messages.success(request, f"{made.colleague or made.team} will read it by email.")
        return redirect("feedback:recognition", request.organisation.slug)
    return render(request, "feedback/recognition_add.html", {"form": form})
