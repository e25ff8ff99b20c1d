"""The pages of the board reports."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from programme.access import OrganisationRequest, members
from programme.models import Role
from reports import drawings, languages, queries, rendering, services
from reports.contents import LAYOUT
from reports.forms import BuildForm, CorrectionForm, SendForm, SettingsForm, WordsForm
from reports.models import BoardReport, BoardReportQuerySet, Delivery, ReportLink

ON_A_PAGE = 20


def _reports(request: OrganisationRequest) -> BoardReportQuerySet:
    return BoardReport.objects.of(request.organisation)


def _posted(request: OrganisationRequest) -> QueryDict | None:
    """What a form is bound to: a post may be empty and is a post all the same."""
    return request.POST if request.method == "POST" else None


@members()
def index(request: OrganisationRequest) -> HttpResponse:
    found = _reports(request).without_print()
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    form = BuildForm(organisation=request.organisation)
    return render(request, "reports/index.html", {"page": page, "form": form})


@members(Role.MANAGER)
@require_POST
def build(request: OrganisationRequest) -> HttpResponse:
    form = BuildForm(request.POST, organisation=request.organisation)
    if not form.is_valid():
        page = Paginator(_reports(request).without_print(), ON_A_PAGE).get_page(1)
        context = {"page": page, "form": form}
        return render(request, "reports/index.html", context, status=422)
    period = form.period()
    try:
        report = services.request_report(
            organisation=request.organisation, period=period, built_by=request.membership
        )
    except services.ReportsError as error:
        messages.warning(request, str(error))
        return _to(request, _reports(request).filter(period=period).without_print().first())
    return _to(request, report)


def _to(request: OrganisationRequest, report: BoardReport | None) -> HttpResponse:
    if report is None:
        return redirect("reports:index", organisation=request.organisation.slug)
    return redirect("reports:report", organisation=request.organisation.slug, report=report.pk)


@members()
def report(request: OrganisationRequest, report: int) -> HttpResponse:
    found = get_object_or_404(
        _reports(request)
        .defer("pdf")
        .select_related("built_by__user", "reviewed_by__user", "frozen_by__user"),
        pk=report,
    )
    newer = _reports(request).filter(period=found.period, edition__gt=found.edition)
    context = {
        "report": found,
        "figures": found.figures,
        "sendings": queries.sendings(found),
        "links": queries.links(found),
        "newer": newer.without_print().first(),
    }
    if found.state == BoardReport.State.READY:
        context |= rendering.page_parts(found.figures) | _days(found)
        context["unprinted"] = rendering.names_with(found.figures, found.missing_letters)
        context["lacking"] = found.figures.get("layout", 1) < LAYOUT and not found.frozen
    return render(request, "reports/report.html", context)


def _days(report: BoardReport) -> dict[str, str]:
    """The days that stand on its cover, as its page says them."""
    at = {"built_day": report.created_at, "frozen_day": report.frozen_at}
    return {
        name: languages.day("en", rendering.day_of(report.figures, moment))
        for name, moment in at.items()
        if moment
    }


@members()
def report_progress(request: OrganisationRequest, report: int) -> HttpResponse:
    """How far the build is, asked each second; once it is over, the whole page is loaded anew."""
    found = get_object_or_404(_reports(request).without_print(), pk=report)
    answer = render(request, "reports/report.html#progress", {"report": found})
    if found.state != BoardReport.State.BUILDING:
        answer["HX-Refresh"] = "true"
    return answer


@members()
def report_pdf(request: OrganisationRequest, report: int) -> HttpResponse:
    found = get_object_or_404(
        _reports(request).defer("figures"), pk=report, state=BoardReport.State.READY
    )
    answer = HttpResponse(bytes(found.pdf or b""), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.filename}"'
    return answer


@members(Role.MANAGER)
@require_POST
def report_review(request: OrganisationRequest, report: int) -> HttpResponse:
    found = get_object_or_404(_reports(request).without_print(), pk=report)
    try:
        services.review_report(report=found, by=request.membership)
    except services.ReportsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "Marked as reviewed, with your name. Next, freeze it.")
    return _to(request, found)


@members(Role.LEADER)
def report_words(request: OrganisationRequest, report: int) -> HttpResponse:
    """The leader's own headline and paragraph."""
    found = get_object_or_404(_reports(request).defer("pdf"), pk=report, state="ready")
    form = WordsForm(_posted(request), figures=found.figures)
    context = {"report": found, "form": form, "figures": found.figures}
    if request.method != "POST":
        return render(request, "reports/words.html", context)
    if form.is_valid():
        try:
            services.write_words(report=found, by=request.membership, **form.written())
        except services.ReportsError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Your words are in. The draft is being printed again.")
            return _to(request, found)
    return render(request, "reports/words.html", context, status=422)


@members(Role.MANAGER)
def report_freeze(request: OrganisationRequest, report: int) -> HttpResponse:
    """Say what freezing means, and do it once that is confirmed."""
    found = get_object_or_404(_reports(request).without_print(), pk=report)
    if request.method != "POST":
        return render(request, "reports/freeze.html", {"report": found})
    try:
        services.freeze_report(report=found, by=request.membership)
    except services.ReportsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "Frozen. Its final print is on its way.")
    return _to(request, found)


@members(Role.MANAGER)
def report_correct(request: OrganisationRequest, report: int) -> HttpResponse:
    """Ask what is wrong with a frozen report, and have a new edition built."""
    found = get_object_or_404(_reports(request).without_print(), pk=report, approval="frozen")
    form = CorrectionForm(_posted(request))
    context = {"report": found, "form": form}
    if request.method != "POST":
        return render(request, "reports/correct.html", context)
    if form.is_valid():
        try:
            made = services.request_report(
                organisation=request.organisation,
                period=found.period,
                built_by=request.membership,
                correction=form.cleaned_data["correction"],
            )
        except services.ReportsError as error:
            form.add_error(None, str(error))
        else:
            return _to(request, made)
    return render(request, "reports/correct.html", context, status=422)


@members(Role.MANAGER)
def report_settings(request: OrganisationRequest) -> HttpResponse:
    form = SettingsForm(_posted(request), instance=queries.settings_of(request.organisation))
    if request.method != "POST":
        return render(request, "reports/settings.html", {"form": form})
    if not form.is_valid():
        return render(request, "reports/settings.html", {"form": form}, status=422)
    services.save_settings(organisation=request.organisation, **form.cleaned_data)
    messages.success(request, "Kept.")
    return redirect("reports:index", organisation=request.organisation.slug)


@members()
def report_chart(request: OrganisationRequest, report: int, name: str) -> HttpResponse:
    """One of the report's charts, as it is in the PDF."""
    found = get_object_or_404(_reports(request).defer("pdf"), pk=report, state="ready")
    svg = drawings.drawn_charts(found.figures).get(name)
    if svg is None:
        raise Http404
    return HttpResponse(svg, content_type="image/svg+xml")


@members(Role.MANAGER)
def report_send(request: OrganisationRequest, report: int) -> HttpResponse:
    """Ask for the addresses, show whom it would go to, and send once that is confirmed."""
    found = get_object_or_404(
        _reports(request).without_print(), pk=report, state=BoardReport.State.READY
    )
    if not found.frozen:
        messages.warning(request, "Only a frozen report is sent. Have it reviewed, then freeze it.")
        return _to(request, found)
    if request.method != "POST":
        wanted = queries.settings_of(request.organisation).when_frozen
        typed = "\n".join(queries.board_addresses(found))
        form = SendForm(initial={"emails": typed, "delivery": wanted or Delivery.ATTACHMENT})
        return render(request, "reports/send.html", {"report": found, "form": form})
    form = SendForm(request.POST)
    if not form.is_valid():
        return render(request, "reports/send.html", {"report": found, "form": form}, status=422)
    emails = form.cleaned_data["emails"]
    if "confirmed" not in request.POST:
        known = {sending.to_email for sending in queries.sendings(found)}
        context = {
            "report": found,
            "new": [email for email in emails if email not in known],
            "known": [email for email in emails if email in known],
            "typed": "\n".join(emails),
            "delivery": form.cleaned_data["delivery"],
            "link_days": queries.settings_of(request.organisation).link_days,
        }
        return render(request, "reports/send_confirm.html", context)
    try:
        sent = services.send_report(
            report=found,
            emails=emails,
            sent_by=request.membership,
            delivery=form.cleaned_data["delivery"],
        )
    except services.ReportsError as error:
        form.add_error("emails", str(error))
        return render(request, "reports/send.html", {"report": found, "form": form}, status=422)
    people = "one address" if sent == 1 else f"{sent} addresses"
    messages.success(request, f"The report is on its way to {people}.")
    return _to(request, found)


@members(Role.MANAGER)
@require_POST
def report_withdraw_link(
    request: OrganisationRequest, report: int, report_link: int
) -> HttpResponse:
    found = get_object_or_404(
        ReportLink.objects.select_related("report"),
        pk=report_link,
        report=report,
        organisation=request.organisation,
    )
    try:
        services.withdraw_link(link=found)
    except services.ReportsError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"The link for {found.to_email} is withdrawn.")
    return _to(request, found.report)
