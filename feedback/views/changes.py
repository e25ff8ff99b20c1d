"""You said, we did: changes written, looked at, published, and told to those who raised them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.refusals import refusals_told
from feedback import queries, services
from feedback.differing import Differing, differing
from feedback.forms.changes import ChangeForm
from feedback.models import Case, Change, Comment, Round
from feedback.naming import may_name_someone
from feedback.queries import changes as change_queries
from outbox.framing import email_frame, framed
from programme.access import OrganisationRequest, members
from programme.models import Role
from touchpoints.models import Improvement


@members()
@require_safe
def changes(request: OrganisationRequest) -> HttpResponse:
    """Every change, drafts first."""
    found = change_queries.changes(request.organisation)
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    return render(request, "feedback/changes.html", {"page_obj": page})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_add(request: OrganisationRequest) -> HttpResponse:
    """Write a change; the address may name what it came from."""
    return _write(request, None, _named_in_address(request))


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_edit(request: OrganisationRequest, change: int) -> HttpResponse:
    """Change its words and what it came from; of a published one only leaders do."""
    found = _change(request, change)
    if found.published_at is not None and request.membership.role != Role.LEADER:
        messages.error(request, "It is published: only a leader changes what everyone may read.")
        return _to(request, found)
    return _write(request, found, services.links_of(found))


@members()
@require_safe
def change(request: OrganisationRequest, change: int) -> HttpResponse:
    """One change: its words, what it came from, and what became of its emails."""
    found = _change(request, change)
    context = {
        "change": found,
        **_came_from(found),
        "delivery": change_queries.delivery_of(found),
    }
    return render(request, "feedback/change.html", context)


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_send(request: OrganisationRequest, change: int) -> HttpResponse:
    """Look at it as people will, with how many that are; a POST tells them."""
    found = _change(request, change)
    if request.method == "POST":
        with refusals_told(request, services.FeedbackError):
            told = services.send_change(change=found)
            messages.success(request, _told(told))
        return _to(request, found)
    email = services.ChangeEmail(found)
    words = f"{found.title}\n{found.said}\n{found.did}"
    context = {
        "change": found,
        **_came_from(found),
        "reach": change_queries.reach_of(found),
        "email": email.sheet(request.organisation.language),
        "reply_to": email.reply_to,
        "may_name": may_name_someone(words, queries.known_names(request.organisation.pk)),
    }
    return render(request, "feedback/change_send.html", context)


@members(Role.MANAGER)
@require_safe
@email_frame
def change_email(request: OrganisationRequest, change: int) -> HttpResponse:
    """The email as a mail program shows it, for a frame."""
    email = services.ChangeEmail(_change(request, change), test=True)
    return framed(email.sheet(request.organisation.language).html)


@members(Role.MANAGER)
@require_POST
def change_test(request: OrganisationRequest, change: int) -> HttpResponse:
    """Send the email to oneself."""
    found = _change(request, change)
    services.send_change_test(change=found, to=request.membership)
    messages.success(request, f"A test is on its way to {request.user.email}.")
    return redirect("feedback:change_send", request.organisation.slug, found.pk)


@members(Role.MANAGER)
@require_safe
def change_progress(request: OrganisationRequest, change: int) -> HttpResponse:
    """How many emails are written: a part of the change's page."""
    found = _change(request, change)
    if not found.sending:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "feedback/change.html#sending", {"change": found})


@members(Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_publish(request: OrganisationRequest, change: int) -> HttpResponse:
    """Show it to everyone, after a last look."""
    found = _change(request, change)
    if request.method == "POST":
        services.publish_change(change=found, by=request.membership)
        messages.success(
            request,
            "It is shown where staff answer."
            if found.staff_only
            else "It is on the public page. Tell those who raised it, too.",
        )
        return _to(request, found)
    context = {
        "change": found,
        "public": request.build_absolute_uri(reverse("did", args=[request.organisation.slug])),
        "from_staff": found.rounds.filter(audience=Round.Audience.INTERNAL).exists(),
    }
    return render(request, "feedback/change_publish.html", context)


@members(Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_withdraw(request: OrganisationRequest, change: int) -> HttpResponse:
    """Show it no longer."""
    found = _change(request, change)
    if request.method == "POST":
        services.withdraw_change(change=found, by=request.membership)
        messages.success(request, "It is withdrawn. It can be published again.")
        return _to(request, found)
    return render(request, "feedback/change_withdraw.html", {"change": found})


@members(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def change_discard(request: OrganisationRequest, change: int) -> HttpResponse:
    """Forget a draft."""
    found = _change(request, change)
    if request.method == "POST":
        try:
            services.discard_change(change=found)
        except services.FeedbackError as error:
            messages.error(request, str(error))
            return _to(request, found)
        messages.success(request, "The draft is gone.")
        return redirect("feedback:changes", request.organisation.slug)
    return render(request, "feedback/change_discard.html", {"change": found})


def _write(
    request: OrganisationRequest, found: Change | None, linked: Mapping[str, Sequence[Any]]
) -> HttpResponse:
    initial: dict[str, object] = {}
    if found is not None:
        initial = _words(found)
    else:
        if linked.get("improvements"):
            initial["title"] = Improvement.objects.get(pk=linked["improvements"][0]).title[:200]
        # What staff said among themselves stays there unless somebody decides otherwise.
        said_in = Q(pk__in=linked.get("rounds", ())) | Q(comments__in=linked.get("comments", ()))
        inside = Round.objects.filter(said_in, audience=Round.Audience.INTERNAL)
        initial["staff_only"] = inside.exists()
    form = ChangeForm(
        request.organisation, found, linked=linked, data=request.POST or None, initial=initial
    )
    meanwhile = None
    if request.method == "POST" and form.is_valid():
        try:
            written = services.write_change(
                organisation=request.organisation,
                by=request.membership,
                change=found,
                seen=request.POST.get("seen", ""),
                **form.cleaned_data,
            )
        except services.FeedbackError as error:
            form.add_error(None, str(error))
            if found is not None and isinstance(error, services.ChangedSinceError):
                found = _change(request, found.pk)
                linked = services.links_of(found)
                meanwhile = _differing(form, found, linked)
        else:
            messages.success(request, "The change is saved.")
            if written.sent_at is not None:
                # Something linked just now may have brought more people.
                return redirect("feedback:change_send", request.organisation.slug, written.pk)
            return _to(request, written)
    context: dict[str, object] = {"form": form, "change": found, "differing": meanwhile}
    if found is not None:
        now = services.mark_of_change(found, linked)
        seen = now if meanwhile is not None else request.POST.get("seen", now)
        context |= {"seen": seen, **_came_from(found)}
    status = 422 if form.is_bound else 200
    return render(request, "feedback/change_form.html", context, status=status)


def _words(found: Change) -> dict[str, object]:
    return {name: getattr(found, name) for name in ("title", "said", "did", "staff_only")}


def _differing(
    form: ChangeForm, found: Change, linked: Mapping[str, Sequence[Any]]
) -> list[Differing]:
    """What is saved of a change now, where what was typed differs."""
    saved = ChangeForm(found.organisation, found, linked=linked, initial=_words(found))
    return differing(form, saved)


def _named_in_address(request: OrganisationRequest) -> dict[str, list[Any]]:
    """What the address says that it came from; 404 for what is not there, or may not be seen."""
    of = {"organisation": request.organisation}
    rows = {
        "round": Round.objects.filter(**of, state=Round.State.CLOSED, answers_apart=False),
        "case": Case.objects.filter(**of),
        "comment": Comment.objects.filter(
            **of, released_at__isnull=False, round__answers_apart=False
        ),
        "improvement": Improvement.objects.filter(**of),
    }
    linked: dict[str, list[Any]] = {}
    for name, found in rows.items():
        if given := request.GET.get(name, ""):
            key = _key(given, uuid=name == "comment")
            linked[f"{name}s"] = [get_object_or_404(found, pk=key).pk]
    return linked


def _key(given: str, *, uuid: bool) -> int | UUID:
    try:
        return UUID(given) if uuid else int(given)
    except ValueError:
        raise Http404 from None


def _came_from(found: Change) -> dict[str, object]:
    """What it is linked with, as members may see it."""
    return {
        "asked": change_queries.asked_rounds(found),
        "cases": found.cases.select_related("conversation", "person"),
        "comments": found.comments.filter(released_at__isnull=False).select_related("round"),
        "improvements": found.improvements.all(),
    }


def _told(told: int) -> str:
    if not told:
        return "Everyone who raised it has been told before: nobody is written to twice."
    return f"{told:,} {'person is' if told == 1 else 'people are'} being told."


def _to(request: OrganisationRequest, found: Change) -> HttpResponse:
    return redirect("feedback:change", request.organisation.slug, found.pk)


def _change(request: OrganisationRequest, change: int) -> Change:
    return get_object_or_404(
        Change.objects.select_related("organisation", "written_by__user"),
        organisation=request.organisation,
        pk=change,
    )
