"""Rounds: prepared, sent, watched, closed and read."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import figures, queries, services
from feedback.follow_up_queries import open_case_count, waiting_item_count
from feedback.forms import RoundForm
from feedback.models import Round
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.periods import Quarter
from programme.queries import current_quarter
from programme.services import period_for


@members()
@require_safe
def index(request: OrganisationRequest) -> HttpResponse:
    """All rounds with what became of them, and the surveys."""
    page = Paginator(queries.rounds(request.organisation), 25).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "receipts": queries.receipts_of(list(page)),
        "surveys": queries.surveys(request.organisation),
        # Only leaders read them.
        "held": queries.held_comments(request.organisation).count()
        if request.membership.role == Role.LEADER
        else 0,
        "open_cases": open_case_count(request.organisation),
        "waiting_items": waiting_item_count(request.organisation),
    }
    return render(request, "feedback/index.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def round_add(request: OrganisationRequest) -> HttpResponse:
    """Prepare a round; the next page shows it and sends it."""
    form = RoundForm(
        request.organisation,
        data=request.POST or None,
        initial={
            "survey": request.GET.get("survey"),
            "title": f"How are we doing? {request.organisation.name}",
            "period": current_quarter(request.organisation).code,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            prepared = services.create_round(
                organisation=request.organisation,
                survey=form.cleaned_data["survey"],
                title=form.cleaned_data["title"],
                audience=form.cleaned_data["audience"],
                confidential=form.cleaned_data["privacy"] == "confidential",
                period=period_for(
                    organisation=request.organisation,
                    quarter=Quarter.parse(form.cleaned_data["period"]),
                ),
                selection=form.selection(),
                message=form.cleaned_data["message"],
                created_by=request.membership,
                closes_at=form.closes_at(),
                rest_days=services.REST_DAYS,
            )
        except services.FeedbackError as error:
            form.add_error(None, str(error))
        else:
            return redirect("feedback:round_open", request.organisation.slug, prepared.pk)
    context = {"form": form, "count": _count(request, form)}
    return render(request, "feedback/round_add.html", context)


@members(Role.MANAGER)
@require_safe
def round_audience(request: OrganisationRequest) -> HttpResponse:
    """How many people the form's choices reach, for the button that names them."""
    form = RoundForm(request.organisation, data=request.GET)
    return render(
        request, "feedback/round_add.html#send", {"form": form, "count": _count(request, form)}
    )


def _count(request: OrganisationRequest, form: RoundForm) -> int:
    if form.is_bound:
        form.full_clean()
        audience, selection = form.cleaned_data.get("audience", "external"), form.selection()
    else:
        audience, selection = "external", {}
    return queries.invited(
        organisation=request.organisation,
        audience=audience,
        selection=selection,
        rest_days=services.REST_DAYS,
    ).count()


@members()
@require_safe
def round_page(request: OrganisationRequest, round: int) -> HttpResponse:
    """A round: its receipt, and its results once it is closed."""
    found = _round(request, round)
    shown = queries.comments(round=found)
    questions = list(found.survey.questions.all())
    if found.answers_apart:
        shown, questions = shown.none(), []
    comments = Paginator(shown, 25).get_page(request.GET.get("page"))
    receipt = queries.receipts_of([found])[0]
    context = {
        "round": found,
        "held": queries.held_comments(request.organisation).filter(round=found).count(),
        "receipt": receipt,
        "unreachable": receipt.held_back - receipt.recently_asked,
        "closes": services.last_day(found),
        "results": figures.results_of(found, questions),
        "page_obj": comments,
    }
    return render(request, "feedback/round.html", context)


@members()
@require_safe
def round_progress(request: OrganisationRequest, round: int) -> HttpResponse:
    """How far the opening of a round is, for the page that polls it; once done, it reloads."""
    found = _round(request, round)
    if not request.htmx:
        return redirect("feedback:round", request.organisation.slug, found.pk)
    if not found.opening:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"round": found, "receipt": queries.receipts_of([found])[0]}
    return render(request, "feedback/round.html#opening", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def round_open(request: OrganisationRequest, round: int) -> HttpResponse:
    """Show what will be sent to how many people; a POST sends it."""
    found = _round(request, round)
    if request.method == "POST":
        try:
            receipt = services.open_round(round=found)
        except services.FeedbackError as error:
            messages.error(request, str(error))
            return redirect("feedback:round_open", request.organisation.slug, found.pk)
        expected = receipt.round.expected
        people = "1 person" if expected == 1 else f"{expected:,} people"
        messages.success(request, f"The round is on its way to {people}.")
        return redirect("feedback:round", request.organisation.slug, found.pk)
    if found.state != Round.State.DRAFT:
        return redirect("feedback:round", request.organisation.slug, found.pk)
    who = {
        "organisation": request.organisation,
        "audience": found.audience,
        "selection": found.selection,
    }
    count = queries.invited(**who, rest_days=found.rest_days).count()
    context = {
        "round": found,
        "count": count,
        "resting": queries.invited(**who).count() - count,
        "closes": services.last_day(found),
        "whom": queries.describe_selection(found),
    }
    return render(request, "feedback/round_open.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def round_close(request: OrganisationRequest, round: int) -> HttpResponse:
    """Ask before closing; a POST closes."""
    found = _round(request, round)
    address = reverse("feedback:round", args=[request.organisation.slug, found.pk])
    if request.method == "POST":
        try:
            services.close_round(round=found)
        except services.FeedbackError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The round is closed, and its ratings are on the heatmap.")
        return redirect(address)
    if found.state != Round.State.OPEN:
        return redirect(address)
    context = {
        "round": found,
        "receipt": queries.receipts_of([found])[0],
    }
    return render(request, "feedback/round_close.html", context)


@members(Role.MANAGER)
@require_POST
def round_discard(request: OrganisationRequest, round: int) -> HttpResponse:
    found = _round(request, round)
    try:
        services.discard_round(round=found)
    except services.FeedbackError as error:
        messages.error(request, str(error))
        return redirect("feedback:round", request.organisation.slug, found.pk)
    messages.success(request, f"“{found.title}” is discarded. Nothing was sent.")
    return redirect("feedback:index", request.organisation.slug)


@members(Role.MANAGER)
@require_POST
def round_test(request: OrganisationRequest, round: int) -> HttpResponse:
    """Send the round's email to whoever asks for it."""
    found = _round(request, round)
    services.send_test(round=found, to=request.membership)
    messages.success(request, f"A test is on its way to {request.user.email}.")
    return redirect("feedback:round_open", request.organisation.slug, found.pk)


def _round(request: OrganisationRequest, pk: int) -> Round:
    return get_object_or_404(
        queries.rounds(request.organisation).select_related("organisation", "created_by__user"),
        pk=pk,
    )
