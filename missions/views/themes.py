"""Moves on the theme board: each is refused, with what happened, where it would overwrite."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from missions import board, queries, services
from missions.forms import drafting as forms
from missions.models import Mission, Move, Theme
from missions.views.board import Looking, Said, show_board
from missions.views.pages import a_page, find_mission, mission_page, sent, to
from programme.access import OrganisationRequest, members
from programme.models import Role
from programme.tables import write_csv, write_xlsx

type Given = dict[str, Any]

COLUMNS = (
    *("theme", "leader", "staff", "customers"),
    *("contribution", "voice", "asked for", "signed"),
)


@members(Role.MANAGER)
@require_POST
def themes_sort(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Move the ticked contributions to a theme, a new theme or the tray, or put them there as
    well."""
    found = find_mission(request, mission)
    form = forms.MoveForm(request.POST)
    return _answer(
        request,
        found,
        form,
        lambda given: services.move_words(
            mission=found,
            picked=given["words"],
            to=int(given["to"] or 0),
            new_theme=given["new_theme"],
            keep=given["keep"],
            by=request.membership,
            seen=given["seen"],
        ),
    )


@members(Role.MANAGER)
@require_POST
def theme_add(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)

    def add(given: Given) -> Move | None:
        services.create_theme(mission=found, name=given["name"], by=request.membership)
        return Move.objects.filter(mission=found, by=request.membership).first()

    return _answer(request, found, forms.ThemeForm(request.POST), add)


@members(Role.MANAGER)
@require_POST
def themes_merge(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    return _answer(
        request,
        found,
        forms.MergeForm(request.POST),
        lambda given: services.merge_themes(
            theme=_held(found, given["theme"], given["seen"]),
            into=_held(found, given["into"], given["seen"]),
            by=request.membership,
            seen=given["seen"],
        ),
    )


@members(Role.MANAGER)
@require_POST
def themes_place(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Put a theme before another one, or after all."""
    found = find_mission(request, mission)
    form = forms.PlaceForm(request.POST)

    def place(given: Given) -> Move:
        theme, before = form.keys()
        return services.place_theme(
            theme=_held(found, theme, given["seen"]),
            before=_held(found, before, given["seen"]) if before else None,
            by=request.membership,
            seen=given["seen"],
        )

    return _answer(request, found, form, place)


@members(Role.MANAGER)
@require_POST
def move_undo(request: OrganisationRequest, mission: int, move: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = get_object_or_404(Move.objects.select_related("mission"), pk=move, mission=found)
    return _answer(
        request,
        found,
        forms.BoardForm(request.POST),
        lambda _: services.undo_move(move=one, by=request.membership),
    )


@members(Role.MANAGER)
def theme_edit(request: OrganisationRequest, mission: int, theme: int) -> HttpResponse:
    """Rename a theme; from here it is merged and deleted too."""
    found = find_mission(request, mission)
    one = _theme(found, theme)
    form = forms.ThemeForm(sent(request), initial={"name": one.name})
    status = 200
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            move = services.rename_theme(
                theme=one, name=name, by=request.membership, seen=_seen(request)
            )
        except services.MissionsError as problem:
            form.add_error("name", str(problem))
            status = _status(problem)
        else:
            messages.success(request, move.summary)
            return to("themes", found, f"theme={one.pk}")
    context = {
        "form": form,
        "theme": one,
        "others": found.themes.exclude(pk=one.pk),
        "mark": board.mark(found),
    }
    return mission_page(request, "missions/theme_edit.html", found, context, status=status)


@members(Role.MANAGER)
def theme_delete(request: OrganisationRequest, mission: int, theme: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = _theme(found, theme)
    if request.method == "POST":
        return _answer(
            request,
            found,
            forms.BoardForm(request.POST),
            lambda given: services.delete_theme(
                theme=one, by=request.membership, seen=given["seen"]
            ),
        )
    count = one.contributions.filter(is_hidden=False).count()
    context = {"theme": one, "count": count, "mark": board.mark(found)}
    return mission_page(request, "missions/theme_delete.html", found, context)


@members()
@require_safe
def moves(request: OrganisationRequest, mission: int) -> HttpResponse:
    """What happened on the board: what, who, when; and taking it back."""
    found = find_mission(request, mission)
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see everyone’s.")
        return to("words", found)
    page = a_page(request, board.moves(found))
    context = {
        "page": page,
        "logged": board.logged(found, page),
        "mark": board.mark(found),
        "may_sort": found.is_open and request.membership.can_edit,
    }
    return mission_page(request, "missions/moves.html", found, context)


@members()
@require_safe
def themes_table(request: OrganisationRequest, mission: int, kind: str) -> HttpResponse:
    """The themes with their words and voices, as a CSV or XLSX file."""
    found = find_mission(request, mission)
    if kind not in {"csv", "xlsx"}:
        raise Http404
    if not queries.may_see_words(mission=found, membership=request.membership):
        messages.info(request, "Write your own words first: then you see everyone’s.")
        return to("words", found)
    rows = board.table_rows(found)
    if kind == "csv":
        answer = HttpResponse("".join(write_csv(COLUMNS, rows)), content_type="text/csv")
    else:
        answer = HttpResponse(
            write_xlsx(COLUMNS, rows),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    named = content_disposition_header(as_attachment=True, filename=f"themes.{kind}")
    answer["Content-Disposition"] = named or "attachment"
    return answer


def _answer(
    request: OrganisationRequest,
    mission: Mission,
    form: forms.BoardForm | forms.ThemeForm,
    change: Callable[[Given], Move | None],
) -> HttpResponse:
    """Make the move and show the board, with the way to take it back; where it is refused, with
    the reason and all that was ticked and typed."""
    looking = Looking.of(QueryDict(request.POST.get("looking", "")[:200]))
    if form.is_valid():
        try:
            move = change(form.cleaned_data)
        except services.MissionsError as refused:
            problem, status = str(refused), _status(refused)
        else:
            if request.htmx:
                return show_board(request, mission, looking, Said(done=move))
            messages.success(request, move.summary if move else "Done.")
            return to("themes", mission, looking.query)
    else:
        problem, status = str(next(iter(form.errors.values()))[0]), 422
    return show_board(
        request,
        mission,
        looking,
        Said(problem=problem),
        typed={name: request.POST.get(name, "") for name in ("to", "new_theme", "name")},
        ticked=request.POST.getlist("words"),
        status=status,
    )


def _status(problem: services.MissionsError) -> int:
    stale = (services.StaleBoardError, services.ContradictionError)
    return 409 if isinstance(problem, stale) else 422


def _seen(request: OrganisationRequest) -> int:
    form = forms.BoardForm(request.POST)
    return form.cleaned_data["seen"] if form.is_valid() else 0


def _held(mission: Mission, key: int, seen: int) -> Theme:
    """The theme of that key; where it is gone, what happened to it."""
    theme = Theme.objects.filter(mission=mission, pk=key).select_related("mission").first()
    if theme is None:
        raise services.StaleBoardError(board.moves_since(mission, seen)[::-1])
    return theme


def _theme(mission: Mission, theme: int) -> Theme:
    return get_object_or_404(Theme.objects.select_related("mission"), pk=theme, mission=mission)
