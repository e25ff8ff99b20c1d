"""The list of people, and one person."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from programme.access import OrganisationRequest, members
from programme.forms.organisation import PersonForm
from programme.models import Person, PersonKind, Role, Segment, Team
from programme.people_table import COLUMNS
from programme.queries import people_counts, people_list
from programme.services import (
    ProgrammeError,
    add_person,
    remove_person,
    restore_person,
    update_person,
)
from programme.tables import write_csv, write_xlsx

_PER_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _filters(request: OrganisationRequest) -> tuple[str, str, int | None]:
    """Kind, words and group as the address has them; what makes no sense is left out."""
    kind = request.GET.get("kind", PersonKind.STAFF)
    if kind not in PersonKind.values:
        kind = PersonKind.STAFF
    return kind, request.GET.get("q", "").strip()[:200], _number(request.GET.get("group", ""))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _removed(request: OrganisationRequest) -> Person | None:
    """Who was just taken off the list, to offer the way back."""
    key = _number(request.GET.get("removed", ""))
    if key is None:
        return None
    left = Person.objects.filter(organisation=request.organisation, left_at__isnull=False)
    return left.filter(pk=key).first()


@members()
def people(request: OrganisationRequest) -> HttpResponse:
    """Staff or customers, fifty a page, narrowed by words and by team or segment."""
    kind, words, group = _filters(request)
    found = people_list(organisation=request.organisation, kind=kind, words=words, group=group)
    groups = Team if kind == PersonKind.STAFF else Segment
    context = {
        "page": Paginator(found, _PER_PAGE).get_page(request.GET.get("page")),
        "kind": kind,
        "words": words,
        "group": group,
        "groups": groups.objects.filter(organisation=request.organisation),
        "counts": people_counts(request.organisation),
        "removed": _removed(request),
    }
    return render(request, "programme/people.html", context)


@members(Role.MANAGER)
def person_add(request: OrganisationRequest) -> HttpResponse:
    kind, _, _ = _filters(request)
    form = PersonForm(request.POST or None, organisation=request.organisation, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            person = add_person(organisation=request.organisation, kind=kind, **form.values())
        except ProgrammeError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, f"{person.name} is in your list.")
            return _to_list(request, kind)
    return render(request, "programme/person_form.html", {"form": form, "kind": kind})


@members(Role.MANAGER)
def person_edit(request: OrganisationRequest, person: int) -> HttpResponse:
    found = get_object_or_404(Person, pk=person, organisation=request.organisation)
    form = PersonForm(
        request.POST or None, organisation=request.organisation, kind=found.kind, person=found
    )
    if request.method == "POST" and form.is_valid():
        try:
            update_person(person=found, **form.values())
        except ProgrammeError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, f"What you changed of {found.name} is saved.")
            return _to_list(request, found.kind)
    context = {"form": form, "kind": found.kind, "person": found}
    return render(request, "programme/person_form.html", context)


@members(Role.MANAGER)
@require_POST
def person_remove(request: OrganisationRequest, person: int) -> HttpResponse:
    found = get_object_or_404(Person, pk=person, organisation=request.organisation)
    remove_person(person=found)
    return _to_list(request, found.kind, f"&removed={found.pk}")


@members(Role.MANAGER)
@require_POST
def person_restore(request: OrganisationRequest, person: int) -> HttpResponse:
    found = get_object_or_404(Person, pk=person, organisation=request.organisation)
    restore_person(person=found)
    messages.success(request, f"{found.name} is back in your list.")
    return _to_list(request, found.kind)


def _to_list(request: OrganisationRequest, kind: str, more: str = "") -> HttpResponse:
    answer = redirect("programme:people", organisation=request.organisation.slug)
    answer["Location"] += f"?kind={kind}{more}"
    return answer


@members(Role.MANAGER, Role.AUDITOR)
def people_csv(request: OrganisationRequest) -> HttpResponse:
    """The list as it is narrowed, as a file that the import reads again."""
    content = "".join(write_csv(COLUMNS, _rows(request)))
    return _download(request, content.encode(), "text/csv; charset=utf-8", "csv")


@members(Role.MANAGER, Role.AUDITOR)
def people_xlsx(request: OrganisationRequest) -> HttpResponse:
    """The same for Excel."""
    return _download(request, write_xlsx(COLUMNS, _rows(request)), _XLSX, "xlsx")


def _rows(request: OrganisationRequest) -> Iterator[tuple[object, ...]]:
    kind, words, group = _filters(request)
    found = people_list(organisation=request.organisation, kind=kind, words=words, group=group)
    for person in found.iterator(chunk_size=2000):
        value = "" if person.yearly_value is None else person.yearly_value
        team, segment = person.team or "", person.segment or ""
        yield person.name, person.email, person.kind, team, segment, value, person.language


def _download(
    request: OrganisationRequest, content: bytes, content_type: str, ending: str
) -> HttpResponse:
    name = f"{request.organisation.slug}-{_filters(request)[0]}.{ending}"
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": disposition}
    )
