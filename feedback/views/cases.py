"""Comments about a touchpoint, and the cases that someone follows up."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.refusals import refusals_told
from feedback import queries, services, sifting
from feedback.forms.cases import (
    CaseFilter,
    CaseForm,
    NoteForm,
    OpenCaseForm,
    ReplyForm,
)
from feedback.models import Case, Comment
from feedback.queries import following_up as follow_up
from programme.access import OrganisationRequest, members
from programme.forms.losses import LoseForm
from programme.models import Period, Role
from programme.periods import Quarter
from programme.tables import write_csv, write_xlsx
from touchpoints.models import Touchpoint

TABLE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_HEADINGS = (
    *("Case", "State", "Late", "From", "Reference", "About", "Owner", "Opened", "Due", "Closed"),
    *("Cause", "Outcome", "Helped", "Who", "Address"),
)


@members()
@require_safe
def touchpoint_comments(request: OrganisationRequest, touchpoint: int) -> HttpResponse:
    """What people wrote about a touchpoint: a part of its drawer, or a page of its own."""
    found = get_object_or_404(Touchpoint, organisation=request.organisation, pk=touchpoint)
    period = _period(request)
    comments = sifting.page_of(
        queries.touchpoint_comments(touchpoint=found, period=period),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    left = follow_up.door_items_about(touchpoint=found, period=period)
    context = {"touchpoint": found, "period": period, "found": comments, "left": left[:5]}
    part = "#comments" if request.htmx else ""
    return render(request, f"feedback/touchpoint_comments.html{part}", context)


@members()
@require_safe
def cases(request: OrganisationRequest) -> HttpResponse:
    """Every case, open ones first, or those that the address asks for."""
    form = CaseFilter(request.organisation, data=request.GET)
    wanted = form.wanted()
    found = follow_up.cases(request.organisation, member=request.membership, **wanted)
    counts = follow_up.case_counts(request.organisation)
    others = {
        name: value
        for name, value in request.GET.items()
        if name in {"owner", "source", "q"} and value
    }
    context = {
        "form": form,
        "state": wanted["state"],
        "states": [
            (word, label, getattr(counts, word)) for word, label in follow_up.CASE_STATES.items()
        ],
        "narrowed": f"{urlencode(others)}&" if others else "",
        "filtered": any(wanted.values()),
        "query": request.GET.urlencode(),
        "page_obj": Paginator(found, 25).get_page(request.GET.get("page")),
    }
    return render(request, "feedback/cases.html", context)


@members()
@require_safe
def cases_export(request: OrganisationRequest, kind: str) -> HttpResponse:
    """What the list shows, every page of it, as a file; names only for those who answer."""
    wanted = CaseFilter(request.organisation, data=request.GET).wanted()
    found = follow_up.cases(request.organisation, member=request.membership, **wanted)
    rows = list(_rows(found, names=request.membership.can_edit, zone=_zone(request)))
    content = write_xlsx(_HEADINGS, rows) if kind == "xlsx" else "".join(write_csv(_HEADINGS, rows))
    response = HttpResponse(content, content_type=TABLE_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="cases.{kind}"'
    return response


def _rows(found: Iterable[Case], *, names: bool, zone: ZoneInfo) -> Iterator[list[object]]:
    for case in found:
        talk = case.conversation
        due = f"{case.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if case.due_at else ""
        closed = f"{case.closed_at.astimezone(zone):%Y-%m-%d}" if case.closed_at else ""
        yield [
            case.title,
            case.get_state_display(),
            "yes" if case.is_late else "",
            case.source,
            case.item.reference if case.item is not None else "",
            case.touchpoint.name if case.touchpoint is not None else "",
            str(case.owner.user) if case.owner is not None else "",
            f"{case.created_at.astimezone(zone):%Y-%m-%d}",
            due,
            closed,
            case.cause,
            case.outcome,
            {True: "yes", False: "not yet", None: ""}[case.helped],
            talk.called if names and talk is not None else "",
            talk.address if names and talk is not None else "",
        ]


@members()
@require_safe
def case(request: OrganisationRequest, case: int) -> HttpResponse:
    """One case: what was said, its timeline, and what can be done. Members and auditors read."""
    found = _case(request, case)
    return _case_page(request, found)


@members(Role.MANAGER)
@require_POST
def case_reply(request: OrganisationRequest, case: int) -> HttpResponse:
    """Answer the person."""
    found = _case(request, case)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _case_page(request, found, reply=form, status=422)
    try:
        said = services.reply(
            case=found,
            text=form.cleaned_data["text"],
            by=request.membership,
            external_id=form.cleaned_data["mark"],
        )
    except services.FeedbackError as error:
        form.add_error(None, str(error))
        return _case_page(request, found, reply=form, status=422)
    where = "by email and on their page" if said.by_email else "on their page"
    messages.success(request, f"Your answer is there, {where}.")
    return redirect("feedback:case", request.organisation.slug, found.pk)


@members(Role.MANAGER)
@require_POST
def case_note(request: OrganisationRequest, case: int) -> HttpResponse:
    """Write a note that only colleagues see."""
    found = _case(request, case)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _case_page(request, found, note=form, status=422)
    services.add_note(case=found, text=form.cleaned_data["note"], by=request.membership)
    messages.success(request, "The note is kept.")
    return redirect("feedback:case", request.organisation.slug, found.pk)


@members(Role.MANAGER)
@require_POST
def case_ask_helped(request: OrganisationRequest, case: int) -> HttpResponse:
    """Ask the person whether it helped."""
    found = _case(request, case)
    with refusals_told(request, services.FeedbackError):
        services.ask_whether_it_helped(case=found, by=request.membership)
        messages.success(request, "They are asked whether it helped.")
    return redirect("feedback:case", request.organisation.slug, found.pk)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def case_lose(request: OrganisationRequest, case: int) -> HttpResponse:
    """Record that this customer is lost."""
    found = _case(request, case)
    today = timezone.localdate(timezone=_zone(request))
    value = found.person.yearly_value if found.person is not None else None
    form = LoseForm(request.POST or None, initial={"lost_on": today, "worth": value})
    if request.method == "POST" and form.is_valid():
        services.lose_case(case=found, by=request.membership, **form.cleaned_data)
        messages.success(request, "The loss is recorded, and the case is closed as lost.")
        return redirect("feedback:case", request.organisation.slug, found.pk)
    return render(request, "feedback/case_lose.html", {"form": form, "case": found})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def case_add(request: OrganisationRequest) -> HttpResponse:
    """Open a case, from a comment where one is named."""
    comment = _comment(request)
    initial: dict[str, object] = {"owner": request.membership}
    if comment is not None:
        initial["title"] = Truncator(comment.text).chars(120)
    form = OpenCaseForm(request.organisation, data=request.POST or None, initial=initial)
    if comment is not None:
        # A named round knows whom to answer, and a confidential one never tells.
        del form.fields["name"], form.fields["email"]
    if request.method == "POST" and form.is_valid():
        try:
            opened = services.open_case(
                organisation=request.organisation,
                title=form.cleaned_data["title"],
                comment=comment,
                name=form.cleaned_data.get("name", ""),
                email=form.cleaned_data.get("email", ""),
                owner=form.cleaned_data["owner"],
                due_at=form.due_at(),
                by=request.membership,
            )
        except services.FeedbackError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The case is open.")
            return redirect("feedback:case", request.organisation.slug, opened.pk)
    return render(request, "feedback/case_form.html", {"form": form, "comment": comment})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def case_edit(request: OrganisationRequest, case: int) -> HttpResponse:
    """Change a case, and close it with its outcome."""
    found = _case(request, case)
    closing = found.is_open and request.GET.get("state") == Case.State.CLOSED
    form = CaseForm(
        request.organisation,
        data=request.POST or None,
        initial={
            "title": found.title,
            "owner": found.owner_id,
            "due_on": found.due_at.astimezone(_zone(request)).date() if found.due_at else None,
            "state": "closed" if closing else found.state,
            "cause": found.cause,
            "outcome": found.outcome,
        },
    )
    form.fields["due_on"].help_text = ""
    if closing:
        form.order_fields(["outcome", "cause", "state"])
        form.fields["outcome"].required = True
    if request.method == "POST" and form.is_valid():
        # The day that it had keeps its hour.
        due_at = form.due_at() if "due_on" in form.changed_data else found.due_at
        try:
            services.update_case(
                case=found,
                title=form.cleaned_data["title"],
                owner=form.cleaned_data["owner"],
                due_at=due_at,
                state=form.cleaned_data["state"],
                cause=form.cleaned_data["cause"],
                outcome=form.cleaned_data["outcome"],
                by=request.membership,
            )
        except services.FeedbackError as error:
            form.add_error("outcome", str(error))
        else:
            messages.success(request, "The case is saved.")
            return redirect("feedback:case", request.organisation.slug, found.pk)
    context = {"form": form, "case": found, "comment": found.comment, "closing": closing}
    return render(request, "feedback/case_form.html", context)


def _case_page(
    request: OrganisationRequest,
    found: Case,
    *,
    reply: ReplyForm | None = None,
    note: NoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    names = request.membership.can_edit
    talk, person = found.conversation, found.person
    called = talk.called if talk is not None else ""
    address = talk.address if talk is not None else ""
    if person is not None:
        called, address = called or person.name, address or person.email
    can_answer = talk is not None or person is not None
    form = reply or ReplyForm(initial={"mark": services.new_mark()})
    if not address:
        way = "They left no address: they read it on their own page."
    elif person is not None and person.bounced_at is not None:
        way = "Their address does not work: they read it on their own page."
    else:
        way = "It goes to them by email, and what they answer appears here."
    form.fields["text"].help_text = way
    context = {
        "case": found,
        "who": ", ".join(filter(None, (called, address))),
        "can_ask": can_answer and (found.help_asked_at is None or found.helped is not None),
        "timeline": follow_up.timeline(found, names=names),
        "can_answer": can_answer,
        "reply": form,
        "note": note or NoteForm(),
        "answers": follow_up.answers_of(found) if names else [],
        "changes": found.changes.order_by("-pk"),
    }
    return render(request, "feedback/case.html", context, status=status)


def _case(request: OrganisationRequest, case: int) -> Case:
    return get_object_or_404(
        Case.objects.select_related(
            *("comment__question", "comment__segment", "person", "touchpoint", "owner__user"),
            *("item", "conversation__person", "loss", "response__round", "organisation"),
        ),
        organisation=request.organisation,
        pk=case,
    )


def _zone(request: OrganisationRequest) -> ZoneInfo:
    return ZoneInfo(request.organisation.timezone)


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
