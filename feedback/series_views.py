"""Series: set up once, watched, paused and ended."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import queries, services
from feedback.forms import SeriesForm
from feedback.models import Series
from feedback.receipt_queries import receipts_of
from programme.access import OrganisationRequest, members
from programme.models import Role

_SHOWN_AHEAD = 3


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def series_add(request: OrganisationRequest) -> HttpResponse:
    """Set up a recurring round."""
    initial = {"survey": request.GET.get("survey"), "title": "How are we doing?"}
    form = SeriesForm(request.organisation, data=request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = services.create_series(
                organisation=request.organisation,
                survey=given["survey"],
                title=given["title"],
                audience=given["audience"],
                confidential=given["privacy"] == "confidential",
                selection=form.selection(),
                cadence=given["cadence"],
                rule=given["rule"],
                first_on=given["first_on"],
                opens_time=given["opens_time"],
                days_open=given["days_open"],
                reminder_days=given["reminders"],
                message=given["message"],
                created_by=request.membership,
            )
        except services.FeedbackError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The series is set up. Its rounds open by themselves.")
            return redirect("feedback:series", request.organisation.slug, made.pk)
    return render(request, "feedback/series_add.html", {"form": form})


@members()
@require_safe
def series(request: OrganisationRequest, series: int) -> HttpResponse:
    """When its rounds come, and what became of those there were."""
    found = _series(request, series)
    when, following = found.recurrence, found.next_number
    rounds = queries.rounds(request.organisation).filter(series=found).order_by("-occurrence")
    context = {
        "series": found,
        "whom": queries.describe_selection(found),
        "rule": when.in_words(),
        "coming": [
            services.there(request.organisation, when.opens_at(number))
            for number in range(following, following + _SHOWN_AHEAD)
        ]
        if found.state == Series.State.ACTIVE
        else [],
        "receipts": receipts_of(list(rounds[:40])),
    }
    return render(request, "feedback/series.html", context)


@members(Role.MANAGER)
@require_POST
def series_pause(request: OrganisationRequest, series: int) -> HttpResponse:
    said = "The series is paused: no round of it opens until it goes on."
    return _moved(request, series, services.pause_series, said)


@members(Role.MANAGER)
@require_POST
def series_resume(request: OrganisationRequest, series: int) -> HttpResponse:
    said = "The series goes on with its next round. Those missed are let go."
    return _moved(request, series, services.resume_series, said)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def series_end(request: OrganisationRequest, series: int) -> HttpResponse:
    """Ask before ending; a POST ends."""
    if request.method == "POST":
        said = "The series has ended. Its rounds stay as they are."
        return _moved(request, series, services.end_series, said)
    return render(request, "feedback/series_end.html", {"series": _series(request, series)})


def _moved(
    request: OrganisationRequest, pk: int, move: Callable[..., Series], said: str
) -> HttpResponse:
    found = _series(request, pk)
    try:
        move(series=found)
    except services.FeedbackError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("feedback:series", request.organisation.slug, found.pk)


def _series(request: OrganisationRequest, pk: int) -> Series:
    return get_object_or_404(queries.all_series(request.organisation), pk=pk)
