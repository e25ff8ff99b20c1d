"""Rounds: prepared, sent, watched, closed and read."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.refusals import refusals_told
from feedback import figures, queries, services, sifting
from feedback.forms.rounds import ExtendForm, RoundForm
from feedback.models import Round
from feedback.queries.changes import drafts_of
from feedback.queries.following_up import open_case_count, waiting_item_count
from feedback.queries.receipts import receipts_of
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.periods import Quarter
from programme.queries import current_quarter, end_of_day
from programme.services import period_for
from programme.tables import write_csv, write_xlsx

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@members()
@require_safe
def index(request: OrganisationRequest) -> HttpResponse:
    """All rounds with what became of them, the series, and what waits to be dealt with."""
    page = Paginator(queries.rounds(request.organisation), 25).get_page(request.GET.get("page"))
    leads = request.membership.role == Role.LEADER
    context = {
        "page_obj": page,
        "receipts": receipts_of(list(page)),
        "has_surveys": queries.surveys(request.organisation).exists(),
        "all_series": queries.all_series(request.organisation),
        # Only leaders read these, and publish those.
        "held": queries.held_comments(request.organisation).count() if leads else 0,
        "drafts": drafts_of(request.organisation).count() if leads else 0,
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
                opens_at=form.cleaned_data["opens_at"],
                closes_at=form.closes_at(),
                reminder_days=form.cleaned_data["reminders"],
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
    found_comments = sifting.page_of(
        shown,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        sparse=False,
    )
    receipt = receipts_of([found])[0]
    context = {
        "round": found,
        "held": queries.held_comments(request.organisation).filter(round=found).count(),
        "receipt": receipt,
        "closes": services.last_day(found),
        **_hours(found),
        "results": figures.results_of(found, questions),
        "found": found_comments,
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
    return render(request, "feedback/round.html#opening", {"round": found})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def round_open(request: OrganisationRequest, round: int) -> HttpResponse:
    """Show what will be sent to how many people; a POST sends it, at its hour where it has one."""
    found = _round(request, round)
    later = found.opens_at is not None and found.opens_at > timezone.now()
    if request.method == "POST":
        try:
            if later and request.POST.get("when") != "now":
                services.schedule_round(round=found)
                messages.success(request, "The round opens by itself when its hour comes.")
                return redirect("feedback:round", request.organisation.slug, found.pk)
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
        **_hours(found),
        "later": later,
        "whom": queries.describe_selection(found),
        "email": services.sample_email(round=found, to=request.membership),
    }
    return render(request, "feedback/round_open.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def round_close(request: OrganisationRequest, round: int) -> HttpResponse:
    """Ask before closing; a POST closes."""
    found = _round(request, round)
    address = reverse("feedback:round", args=[request.organisation.slug, found.pk])
    if request.method == "POST":
        with refusals_told(request, services.FeedbackError):
            services.close_round(round=found)
            messages.success(request, "The round is closed, and its ratings are on the heatmap.")
        return redirect(address)
    if found.state != Round.State.OPEN:
        return redirect(address)
    context = {
        "round": found,
        "receipt": receipts_of([found])[0],
    }
    return render(request, "feedback/round_close.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def round_discard(request: OrganisationRequest, round: int) -> HttpResponse:
    """Ask before a round that was never sent is forgotten; a POST forgets it."""
    found = _round(request, round)
    if request.method != "POST":
        if found.state not in {Round.State.DRAFT, Round.State.SCHEDULED}:
            return redirect("feedback:round", request.organisation.slug, found.pk)
        return render(request, "feedback/round_discard.html", {"round": found})
    try:
        services.discard_round(round=found)
    except services.FeedbackError as error:
        messages.error(request, str(error))
        return redirect("feedback:round", request.organisation.slug, found.pk)
    messages.success(request, f"“{found.title}” is discarded. Nothing was sent.")
    return redirect("feedback:index", request.organisation.slug)


@members(Role.MANAGER)
@require_POST
def round_unschedule(request: OrganisationRequest, round: int) -> HttpResponse:
    found = _round(request, round)
    return _moved(request, found, services.unschedule_round, "It waits for you to send it.")


@members(Role.MANAGER)
@require_POST
def round_pause(request: OrganisationRequest, round: int) -> HttpResponse:
    said = "The round is paused: no emails go out, and its links say that it rests."
    return _moved(request, _round(request, round), services.pause_round, said)


@members(Role.MANAGER)
@require_POST
def round_resume(request: OrganisationRequest, round: int) -> HttpResponse:
    said = "The round goes on. What waited is on its way."
    return _moved(request, _round(request, round), services.resume_round, said)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def round_extend(request: OrganisationRequest, round: int) -> HttpResponse:
    """Another last day for answers."""
    found = _round(request, round)
    here = (request.organisation.slug, found.pk)
    if found.state == Round.State.CLOSED:
        return redirect("feedback:round", *here)
    initial = {"closes_on": services.there(found.organisation, found.closes_at or timezone.now())}
    form = ExtendForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        closes_at = end_of_day(request.organisation, form.cleaned_data["closes_on"])
        try:
            services.extend_round(round=found, closes_at=closes_at)
        except services.FeedbackError as error:
            form.add_error("closes_on", str(error))
        else:
            messages.success(request, "The last day for answers is changed.")
            return redirect("feedback:round", *here)
    return render(request, "feedback/round_extend.html", {"form": form, "round": found})


@members()
@require_safe
def round_receipt(request: OrganisationRequest, round: int) -> HttpResponse:
    """An open round's receipt as it is now, for the page that polls it; once closed, it reloads."""
    found = _round(request, round)
    if not request.htmx:
        return redirect("feedback:round", request.organisation.slug, found.pk)
    if found.state != Round.State.OPEN:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"round": found, "receipt": receipts_of([found])[0]}
    return render(request, "feedback/_receipt.html", context)


@members()
@require_safe
def round_receipt_table(request: OrganisationRequest, round: int, kind: str) -> HttpResponse:
    """The receipt as a table of two columns."""
    found = _round(request, round)
    if kind not in {"csv", "xlsx"}:
        raise Http404
    receipt = receipts_of([found])[0]
    rows, people = receipt.lines, "people"
    if receipt.counted_at is not None:
        people = f"people, counted {timezone.localtime(receipt.counted_at):%Y-%m-%d %H:%M}"
    headings = (found.title, people)
    if kind == "csv":
        content = "".join(write_csv(headings, rows)).encode()
        return _download(content, "text/csv; charset=utf-8", f"receipt-{found.pk}.csv")
    return _download(write_xlsx(headings, rows), _XLSX, f"receipt-{found.pk}.xlsx")


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


def _moved(
    request: OrganisationRequest, found: Round, move: Callable[..., object], said: str
) -> HttpResponse:
    """Do that, say so, and go back to the round."""
    with refusals_told(request, services.FeedbackError):
        move(round=found)
        messages.success(request, said)
    return redirect("feedback:round", request.organisation.slug, found.pk)


def _hours(found: Round) -> dict[str, object]:
    """When a round opens and reminds, by the organisation's clock."""
    organisation = found.organisation
    return {
        "opens": services.there(organisation, found.opens_at) if found.opens_at else None,
        "reminders": [
            (services.there(organisation, moment), number < found.reminded)
            for number, moment in enumerate(services.reminder_times(found))
        ],
    }


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
