"""A table of people: upload, look, confirm. What was read waits in the cache for an hour."""

import secrets
from http import HTTPStatus

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from programme.access import OrganisationRequest, members
from programme.forms.organisation import UploadForm
from programme.models import Role
from programme.people_table import COLUMNS, PeopleTable, example_rows, read_people
from programme.services import ProgrammeError, import_people
from programme.tables import TableError, read_table, write_csv

_SECONDS = 60 * 60
_MOST_BYTES = 10 * 1024 * 1024
_ERRORS_SHOWN = 50


@members(Role.MANAGER)
def people_import(request: OrganisationRequest) -> HttpResponse:
    """Read the file; nothing is changed yet."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            # One byte more than allowed is enough to be refused, however large the file is.
            table = read_table(file.read(_MOST_BYTES + 1), file.name)
        except TableError as error:
            form.add_error("file", str(error))
        else:
            people = read_people(table, kind=form.cleaned_data["kind"])
            if not people.rows and not people.errors:
                form.add_error("file", "There are headings but no people below them.")
            else:
                token = secrets.token_urlsafe(16)
                cache.set(_key(request, token), (file.name[:200], people), _SECONDS)
                return redirect(
                    "programme:people_import_preview",
                    organisation=request.organisation.slug,
                    token=token,
                )
    return render(request, "programme/people_import.html", {"form": form, "columns": COLUMNS})


@members(Role.MANAGER)
def people_import_preview(request: OrganisationRequest, token: str) -> HttpResponse:
    """What would come in, or what is wrong; by POST it comes in."""
    kept: tuple[str, PeopleTable] | None = cache.get(_key(request, token))
    if kept is None:
        context = {"form": UploadForm(), "columns": COLUMNS, "gone": True}
        return render(request, "programme/people_import.html", context, status=HTTPStatus.NOT_FOUND)
    filename, people = kept
    context = {
        "filename": filename,
        "people": people,
        "errors": people.errors[:_ERRORS_SHOWN],
        "refused": len({error.number for error in people.errors}),
    }
    if people.errors:
        return render(request, "programme/people_import_preview.html", context)
    try:
        outcome = import_people(
            organisation=request.organisation,
            rows=people.rows,
            preview=request.method != "POST",
        )
    except ProgrammeError as error:
        messages.error(request, str(error))
        return redirect(request.path)
    if request.method == "POST":
        cache.delete(_key(request, token))
        messages.success(
            request, f"The list is in: {outcome.added:,} added, {outcome.changed:,} changed."
        )
        answer = redirect("programme:people", organisation=request.organisation.slug)
        answer["Location"] += f"?kind={people.rows[0].kind}"
        return answer
    context["outcome"] = outcome
    return render(request, "programme/people_import_preview.html", context)


def _key(request: OrganisationRequest, token: str) -> str:
    """Only its own user, in the organisation it was meant for, finds an upload again."""
    return f"people-import:{request.organisation.pk}:{request.user.pk}:{token[:40]}"


@members()
def people_example(request: OrganisationRequest) -> HttpResponse:
    """A file to start from."""
    answer = HttpResponse(
        "".join(write_csv(COLUMNS, example_rows())), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = content_disposition_header(True, "people.csv") or "attachment"
    return answer
