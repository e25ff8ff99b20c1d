"""One improvement: added, read, changed, moved, dropped, written about."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.queries import today_at
from touchpoints import services
from touchpoints.forms.improvements import CommentForm, DropForm, ImprovementForm, initial_of
from touchpoints.models import HandOff, Improvement, Touchpoint
from touchpoints.views.improvement_asked import ImprovementsAsked
from touchpoints.views.improvements import improvements_context, lines_of

# At which field the services' words stand.
_FIELD_OF = {"hand-off": "hand_off", "net": "expected_net"}


@members()
def improvement(request: OrganisationRequest, improvement: int) -> HttpResponse:
    return _page(request, _improvement(request, improvement), CommentForm())


@members(Role.MANAGER, Role.MEMBER)
@require_POST
def improvement_comment(request: OrganisationRequest, improvement: int) -> HttpResponse:
    found = _improvement(request, improvement)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    services.comment_on_improvement(
        improvement=found, by=request.membership, text=form.cleaned_data["text"]
    )
    messages.success(request, "It is in the log.")
    return _to_page(request, found)


@members(Role.MANAGER)
def improvement_add(request: OrganisationRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    hand_off = _hand_off(request, given.get("hand_off"))
    touchpoint = _touchpoint(request, given.get("touchpoint"))
    if touchpoint is None and hand_off is not None and request.method != "POST":
        touchpoint = hand_off.touchpoint
    form = ImprovementForm(
        request.POST or None,
        organisation=request.organisation,
        touchpoint=touchpoint,
        initial={
            "title": request.GET.get("title", "")[:300],
            "touchpoint": touchpoint,
            "hand_off": hand_off,
            "owner": touchpoint.owner_id if touchpoint else None,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = services.add_improvement(
                organisation=request.organisation, by=request.membership, **form.values()
            )
        except services.TouchpointsError as error:
            form.add_error(_field(form, error), str(error))
        else:
            messages.success(request, f"“{added}” is on the board.")
            return _to_page(request, added)
    context = {"form": form, "touchpoint": touchpoint}
    return render(request, "touchpoints/improvement_form.html", context)


@members(Role.MANAGER)
def improvement_edit(request: OrganisationRequest, improvement: int) -> HttpResponse:
    found = _improvement(request, improvement)
    chosen = found.touchpoint
    if request.method == "POST":
        chosen = _touchpoint(request, request.POST.get("touchpoint"))
    form = ImprovementForm(
        request.POST or None,
        organisation=request.organisation,
        touchpoint=chosen,
        initial=initial_of(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_improvement(improvement=found, by=request.membership, **form.values())
        except services.TouchpointsError as error:
            form.add_error(_field(form, error), str(error))
        else:
            messages.success(request, "The improvement is saved.")
            return _to_page(request, found)
    context = {"form": form, "improvement": found, "touchpoint": chosen}
    return render(request, "touchpoints/improvement_form.html", context)


@members(Role.MANAGER)
@require_POST
def improvement_move(request: OrganisationRequest, improvement: int) -> HttpResponseBase:
    """To another state, from the board or its page; dropping asks first."""
    found = _improvement(request, improvement)
    state = request.POST.get("state", "")
    asked = ImprovementsAsked.read(QueryDict(request.POST.get("query", "")[:500]))
    if state == Improvement.State.DROPPED:
        address = _url(request, "improvement_drop", found)
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    try:
        moved = services.move_improvement(
            improvement=found,
            state=state,
            today=today_at(request.organisation),
            by=request.membership,
        )
    except services.TouchpointsError as error:
        messages.error(request, str(error))
        return _to_page(request, found)
    words = f"“{moved}” is {moved.get_state_display().lower()}."
    if moved.state == Improvement.State.DONE:
        words += " Once a later quarter has ratings, you see here what it changed."
    if request.htmx:
        context = {**improvements_context(request, asked), "said": words}
        return render(request, "touchpoints/improvements.html#board", context)
    messages.success(request, words)
    if request.POST.get("from") == "page":
        return _to_page(request, found)
    address = reverse("touchpoints:improvements", args=[request.organisation.slug])
    return redirect(f"{address}?{asked.query()}#improvement-{found.pk}")


@members(Role.MANAGER)
def improvement_drop(request: OrganisationRequest, improvement: int) -> HttpResponse:
    found = _improvement(request, improvement)
    form = DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.move_improvement(
            improvement=found,
            state=Improvement.State.DROPPED,
            today=today_at(request.organisation),
            by=request.membership,
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, f"“{found}” is dropped. You can take it up again below.")
        return _to_page(request, found)
    return render(
        request, "touchpoints/improvement_drop.html", {"form": form, "improvement": found}
    )


def _page(request: OrganisationRequest, found: Improvement, form: CommentForm) -> HttpResponse:
    context = {
        "line": lines_of(request.organisation, [found])[0],
        "improvement": found,
        "notes": found.notes.select_related("author__user"),
        "states": [choice for choice in Improvement.State.choices if choice[0] != found.state],
        "form": form,
        "may_write": request.membership.role != Role.AUDITOR,
    }
    return render(request, "touchpoints/improvement.html", context)


def _field(form: ImprovementForm, error: services.TouchpointsError) -> str | None:
    """The field that the words are about."""
    name = next((field for word, field in _FIELD_OF.items() if word in str(error)), "done_on")
    return name if name in form.fields else None


def _improvement(request: OrganisationRequest, pk: int) -> Improvement:
    return get_object_or_404(
        Improvement.objects.select_related(
            "touchpoint__stage__journey", "hand_off", "owner__user", "rule"
        ),
        pk=pk,
        organisation=request.organisation,
    )


def _touchpoint(request: OrganisationRequest, pk: str | None) -> Touchpoint | None:
    """The organisation's touchpoint of that key, or none where it is not one."""
    if not pk or not pk.isdecimal() or len(pk) > 15:
        return None
    return Touchpoint.objects.filter(pk=int(pk), organisation=request.organisation).first()


def _hand_off(request: OrganisationRequest, pk: str | None) -> HandOff | None:
    if not pk or not pk.isdecimal() or len(pk) > 15:
        return None
    found = HandOff.objects.filter(pk=int(pk), organisation=request.organisation)
    return found.select_related("touchpoint").first()


def _url(request: OrganisationRequest, name: str, found: Improvement) -> str:
    where = {"organisation": request.organisation.slug, "improvement": found.pk}
    return reverse(f"touchpoints:{name}", kwargs=where)


def _to_page(request: OrganisationRequest, found: Improvement) -> HttpResponse:
    return redirect(_url(request, "improvement", found))
