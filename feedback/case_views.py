"""Comments about a touchpoint, and the cases that someone follows up."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_safe

from feedback import queries, services
from feedback.case_forms import CaseForm
from feedback.models import Case, Comment
from programme.access import OrganisationRequest, members
from programme.models import Period, Role
from programme.periods import Quarter
from touchpoints.models import Touchpoint


@members()
@require_safe
def touchpoint_comments(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    """What people wrote about a touchpoint: a part of its drawer, or a page of its own."""
    found = get_object_or_404(Touchpoint, organisation=request.organisation, pk=touchpoint)
    period = _period(request)
    comments = queries.touchpoint_comments(touchpoint=found, period=period)
    page = Paginator(comments, 20).get_page(request.GET.get("page"))
    context = {"touchpoint": found, "period": period, "page_obj": page}
    part = "#comments" if request.htmx else ""
    return render(request, f"feedback/touchpoint_comments.html{part}", context)


@members()
@require_safe
def cases(request: OrganisationRequest) -> HttpResponse:
    """Every case, open ones first."""
    page = Paginator(queries.cases(request.organisation), 25).get_page(request.GET.get("page"))
    return render(request, "feedback/cases.html", {"page_obj": page})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def case_add(request: OrganisationRequest) -> HttpResponse:
    """Open a case, from a comment where one is named."""
    comment = _comment(request)
    initial: dict[str, object] = {"owner": request.membership}
    if comment is not None:
        initial["title"] = Truncator(comment.text).chars(120)
    form = CaseForm(request.organisation, data=request.POST or None, initial=initial)
    del form.fields["state"], form.fields["outcome"]
    if request.method == "POST" and form.is_valid():
        try:
            services.open_case(
                organisation=request.organisation,
                title=form.cleaned_data["title"],
                comment=comment,
                owner=form.cleaned_data["owner"],
                due_at=form.due_at(),
            )
        except services.FeedbackError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The case is open.")
            return redirect("feedback:cases", request.organisation.slug)
    return render(request, "feedback/case_form.html", {"form": form, "comment": comment})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def case_edit(request: OrganisationRequest, case: int) -> HttpResponse:
    """Change a case, and close it with its outcome."""
    found = get_object_or_404(
        Case.objects.select_related("comment__question", "person", "touchpoint"),
        organisation=request.organisation,
        pk=case,
    )
    there = ZoneInfo(request.organisation.timezone)
    form = CaseForm(
        request.organisation,
        data=request.POST or None,
        initial={
            "title": found.title,
            "owner": found.owner_id,
            "due_on": found.due_at.astimezone(there).date() if found.due_at else None,
            "state": found.state,
            "outcome": found.outcome,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.update_case(
                case=found,
                title=form.cleaned_data["title"],
                owner=form.cleaned_data["owner"],
                due_at=form.due_at(),
                state=form.cleaned_data["state"],
                outcome=form.cleaned_data["outcome"],
            )
        except services.FeedbackError as error:
            form.add_error("outcome", str(error))
        else:
            messages.success(request, "The case is saved.")
            return redirect("feedback:cases", request.organisation.slug)
    context = {"form": form, "case": found, "comment": found.comment}
    return render(request, "feedback/case_form.html", context)


def _comment(request: OrganisationRequest) -> Comment | None:
    """The released comment that the address names, or None where it names none."""
    given = request.GET.get("comment", "")
    if not given:
        return None
    try:
        pk = UUID(given)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(
        Comment.objects.select_related("question", "response__invitation__person", "touchpoint"),
        organisation=request.organisation,
        released_at__isnull=False,
        pk=pk,
    )


def _period(request: OrganisationRequest) -> Period | None:
    """The quarter that the address names, or None for all; one that is unknown is not found."""
    code = request.GET.get("period", "")
    if not code:
        return None
    try:
        quarter = Quarter.parse(code)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(
        Period, organisation=request.organisation, year=quarter.year, number=quarter.number
    )
