"""The theme board: as a page, as the part that moves replace, and as the answer to a poll."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from missions import board, queries, services
from missions.models import Mission, Move, ThemeSuggestion
from missions.services.theme_suggestions import THE_GROUPED, language_read
from missions.views.pages import WORDS_A_PAGE, find_mission, mission_page, to
from programme.access import OrganisationRequest, members
from programme.models import Role


@dataclass(frozen=True, slots=True)
class Looking:
    """Which part of a board someone looks at: all themes and the tray, one theme ("12"), or all
    words ("all"); and which pages of it."""

    theme: str
    page: str
    tray: str

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Nonsense is left out."""
        theme = query.get("theme", "")
        return cls(
            theme if theme == "all" or _is_number(theme) else "",
            *(given if _is_number(given := query.get(name, "")) else "" for name in _PAGES),
        )

    @property
    def given(self) -> dict[str, str]:
        given = {"theme": self.theme, "page": self.page, "tray": self.tray}
        return {name: value for name, value in given.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.given)


_PAGES = ("page", "tray")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


@dataclass(frozen=True, slots=True)
class Said:
    """What a board says above itself: what was just done (and can be undone), or a problem, or
    what others did meanwhile."""

    done: Move | None = None
    problem: str = ""
    others: tuple[Move, ...] = ()


@members()
@require_safe
def themes(request: OrganisationRequest, mission: int) -> HttpResponse:
    """The board; a part of it for htmx."""
    found = find_mission(request, mission)
    services.gather_contributions(mission=found)
    return show_board(request, found, Looking.of(request.GET))


@members()
@require_safe
def board_changes(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Nothing (204) while the board is as `mark` says it was seen; else the board as it is now,
    with what others did meanwhile."""
    found = find_mission(request, mission)
    seen = request.GET.get("mark", "")
    if seen == str(board.mark(found)):
        return HttpResponse(status=204)
    number = seen.partition("-")[0]
    others = [
        move
        for move in board.moves_since(found, int(number) if _is_number(number[:9]) else 0)
        if move.by_id != request.membership.pk
    ]
    return show_board(request, found, Looking.of(request.GET), Said(others=tuple(others)))


def show_board(
    request: OrganisationRequest,
    mission: Mission,
    looking: Looking,
    said: Said | None = None,
    *,
    typed: Mapping[str, str] | None = None,
    ticked: Collection[str] = (),
    status: int = 200,
) -> HttpResponse:
    """The board, or its part for htmx, with what was typed and ticked still there."""
    if not queries.may_see_words(mission=mission, membership=request.membership):
        messages.info(request, "Write your own words first: then you see everyone’s.")
        return to("words", mission)
    context = _context(request, mission, looking)
    context |= {"said": said or Said(), "typed": typed or {}, "ticked": set(ticked)}
    if request.htmx:
        return render(
            request,
            "missions/themes.html#board",
            {"mission": mission, "replaced": True, **context},
            status=status,
        )
    return mission_page(request, "missions/themes.html", mission, context, status=status)


def _context(request: OrganisationRequest, mission: Mission, looking: Looking) -> dict[str, object]:
    themes = board.theme_list(mission)
    chosen = next((theme for theme in themes if str(theme.pk) == looking.theme), None)
    everything = looking.theme == "all"
    may_sort = mission.is_open and request.membership.can_edit
    context: dict[str, object] = {
        "themes": themes,
        "chosen": chosen,
        "chosen_counts": queries.counts_of(chosen) if chosen else None,
        "everything": everything,
        "may_sort": may_sort,
        "may_hide": request.membership.role != Role.AUDITOR,
        "looking": looking,
        "mark": board.mark(mission),
        "last_move": board.last_to_undo(mission) if may_sort else None,
    }
    if chosen or everything:
        shown = queries.words(mission=mission, theme=chosen).prefetch_related("themes")
        context["page"] = Paginator(shown, WORDS_A_PAGE).get_page(looking.page)
        return context
    tray = board.tray(mission, looking.tray)
    page = Paginator(themes, board.THEMES_A_PAGE).get_page(looking.page)
    context |= {"tray": tray, "page": page, "cards": board.cards(themes, page)}
    if may_sort:
        context["suggestion"] = ThemeSuggestion.objects.filter(mission=mission).first()
        context["grouped"] = THE_GROUPED if not language_read(mission) else ""
    return context
