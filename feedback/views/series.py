"""Series: set up once, watched, changed, paused and ended."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.refusals import refusals_told
from feedback import queries, services
from feedback.differing import Differing, differing
from feedback.forms.series import Coming, SeriesForm, meeting_the_next, occurrences
from feedback.models import Round, Series
from feedback.queries.receipts import receipts_of
from programme.access import OrganisationRequest, members
from programme.models import Role


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def series_add(request: OrganisationRequest) -> HttpResponse:
    """Set up a recurring round."""
    initial = {"survey": request.GET.get("survey"), "title": "How are we doing?"}
    form = SeriesForm(request.organisation, data=request.POST or None, initial=initial)
    if _is_handed_in(request, form):
        given = _given(form)
        try:
            made = services.create_series(
                organisation=request.organisation, created_by=request.membership, **given
            )
        except services.FeedbackError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The series is set up. Its rounds open by themselves.")
            return redirect("feedback:series", request.organisation.slug, made.pk)
    return _form_page(request, form, None)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def series_edit(request: OrganisationRequest, series: int) -> HttpResponse:
    """Change what comes next; the rounds there were stay as they are."""
    found = _series(request, series)
    here = (request.organisation.slug, found.pk)
    if found.state == Series.State.ENDED:
        return redirect("feedback:series", *here)
    form = SeriesForm(request.organisation, series=found, data=request.POST or None)
    meanwhile = None
    if _is_handed_in(request, form):
        given = _given(form) | {"seen": request.POST.get("seen", "")}
        try:
            services.change_series(series=found, next_on=given.pop("first_on"), **given)
        except services.FeedbackError as error:
            form.add_error(None, str(error))
            if isinstance(error, services.ChangedSinceError):
                found = _series(request, series)
                meanwhile = differing(form, SeriesForm(request.organisation, series=found))
        else:
            messages.success(request, "The series is changed, from its next round on.")
            return redirect("feedback:series", *here)
    return _form_page(request, form, found, meanwhile)


@members(Role.MANAGER)
@require_safe
def series_dates(request: OrganisationRequest, series: int | None = None) -> HttpResponse:
    """When the rounds of a series would open as the form has it, for the page that asks as it is
    filled in."""
    found = _series(request, series) if series is not None else None
    form = SeriesForm(request.organisation, series=found, data=request.GET)
    form.full_clean()
    context = {"coming": form.coming(), "most_days": form.most_days()}
    return render(request, "feedback/series_form.html#dates", context)


def _is_handed_in(request: OrganisationRequest, form: SeriesForm) -> bool:
    """Whether the form is valid and meant: without script, a button only looks at the dates."""
    return request.method == "POST" and form.is_valid() and "look" not in request.POST


def _given(form: SeriesForm) -> dict[str, Any]:
    """The form's values as the services take them."""
    names = ("survey", "title", "audience", "cadence", "rule", "first_on", "opens_time")
    return {name: form.cleaned_data[name] for name in (*names, "days_open", "message")} | {
        "confidential": form.cleaned_data["privacy"] == "confidential",
        "selection": form.selection(),
        "reminder_days": form.cleaned_data["reminders"],
    }


def _form_page(
    request: OrganisationRequest,
    form: SeriesForm,
    series: Series | None,
    meanwhile: list[Differing] | None = None,
) -> HttpResponse:
    """The form; what was seen stays what it was until someone has been shown what is saved."""
    now = services.mark_of_series(series) if series is not None else ""
    seen = now if meanwhile is not None else request.POST.get("seen", now)
    context = {
        "form": form,
        "series": series,
        "coming": form.coming(),
        "most_days": form.most_days(),
        "seen": seen,
        "differing": meanwhile,
    }
    return render(request, "feedback/series_form.html", context, status=422 if form.errors else 200)


@members()
@require_safe
def series(request: OrganisationRequest, series: int) -> HttpResponse:
    """When its rounds come, and what became of those there were."""
    found = _series(request, series)
    rounds = queries.rounds(request.organisation).filter(series=found).order_by("-occurrence")
    receipts = receipts_of(list(rounds[:40]))
    context = {
        "series": found,
        "whom": queries.describe_selection(found),
        "people": _reached(found),
        "rule": found.recurrence.in_words(),
        "coming": _coming(found) if found.state == Series.State.ACTIVE else [],
        "most_days": meeting_the_next(
            found.recurrence,
            since=found.coming_number(timezone.now()),
            days_open=found.days_open,
        ),
        "receipts": receipts,
        "answered": [one.round for one in receipts if one.round.state == Round.State.CLOSED],
    }
    return render(request, "feedback/series.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def series_pause(request: OrganisationRequest, series: int) -> HttpResponse:
    """Ask before pausing; a POST pauses."""
    if request.method == "POST":
        said = "The series is paused: no round of it opens until it goes on."
        return _moved(request, series, services.pause_series, said)
    found = _series(request, series)
    context = {"series": found, "coming": _coming(found)}
    return render(request, "feedback/series_pause.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def series_resume(request: OrganisationRequest, series: int) -> HttpResponse:
    """Say when it would go on, and ask; a POST goes on."""
    if request.method == "POST":
        said = "The series goes on with its next round. Those missed are let go."
        return _moved(request, series, services.resume_series, said)
    found = _series(request, series)
    context = {"series": found, "coming": _coming(found), "people": _reached(found)}
    return render(request, "feedback/series_resume.html", context)


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
    with refusals_told(request, services.FeedbackError):
        move(series=found)
        messages.success(request, said)
    return redirect("feedback:series", request.organisation.slug, found.pk)


def _series(request: OrganisationRequest, pk: int) -> Series:
    return get_object_or_404(queries.all_series(request.organisation), pk=pk)


def _coming(found: Series) -> list[Coming]:
    since = found.coming_number(timezone.now())
    return occurrences(found.organisation, found.recurrence, since=since, days_open=found.days_open)


def _reached(found: Series) -> int:
    """How many people its next round would ask today."""
    return queries.invited(
        organisation=found.organisation,
        audience=found.audience,
        selection=found.selection,
        rest_days=services.REST_DAYS,
    ).count()
