"""Putting together what says the same thing."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from missions import forms, queries, services
from missions.models import Mission, Theme, ThemeSuggestion
from missions.services.theme_suggestions import reads_english
from missions.views.pages import a_page, find_mission, mission_page, sent, to
from programme.access import OrganisationRequest, members
from programme.models import Role


@members()
def themes(request: OrganisationRequest, mission: int) -> HttpResponse:
    """All themes with their counts, and the words of one of them or of those in none."""
    found = find_mission(request, mission)
    services.gather_contributions(mission=found)
    if not queries.may_see_words(mission=found, membership=request.membership):
        return _own_words_first(request, found)
    listed = queries.themes(found)
    wanted = request.GET.get("theme", "")
    chosen = next((one for one in listed if str(one.theme.pk) == wanted), None)
    everything = wanted == "all"
    shown = queries.words(
        mission=found,
        theme=chosen.theme if chosen else None,
        only_loose=chosen is None and not everything,
    )
    may_sort = found.is_open and request.membership.can_edit
    context: dict[str, object] = {
        "themes": listed,
        "chosen": chosen,
        "everything": everything,
        "page": a_page(request, shown.prefetch_related("themes")),
        "loose": queries.words(mission=found, only_loose=True).count(),
        "may_sort": may_sort,
    }
    if may_sort and chosen is None and not everything:
        context["suggestion"] = ThemeSuggestion.objects.filter(mission=found).first()
        context["reads_english"] = reads_english(found)
    return mission_page(request, "missions/themes.html", found, context)


def _own_words_first(request: OrganisationRequest, mission: Mission) -> HttpResponse:
    messages.info(request, "Write your own words first: then you see everyone’s.")
    return to("words", mission)


@members(Role.MANAGER)
@require_POST
def theme_add(request: OrganisationRequest, mission: int) -> HttpResponse:
    found = find_mission(request, mission)
    form = forms.ThemeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return to("themes", found)
    name = form.cleaned_data["name"]
    done = _attempt(request, lambda: services.create_theme(mission=found, name=name))
    if done:
        messages.success(request, f"“{name}” is ready for words.")
    return to("themes", found)


@members(Role.MANAGER)
@require_POST
def themes_sort(request: OrganisationRequest, mission: int) -> HttpResponse:
    """Put the ticked contributions into a theme, or take them out of it."""
    found = find_mission(request, mission)
    came_from = request.POST.get("shown", "")
    back = f"theme={came_from}" if came_from.isdigit() or came_from == "all" else ""
    form = forms.AssignForm(request.POST, mission=found)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return to("themes", found, back)
    ticked, theme = form.cleaned_data["contributions"], form.cleaned_data["theme"]
    count = len(ticked)
    texts = "one contribution" if count == 1 else f"{count} contributions"
    if "take_out" in request.POST and theme is not None:
        if _attempt(request, lambda: services.take_out_of_theme(theme=theme, contributions=ticked)):
            messages.success(request, f"Took {texts} out of “{theme.name}”.")
        return to("themes", found, back)

    new = form.cleaned_data["new_theme"]
    if new:
        done = _attempt(
            request,
            lambda: services.create_theme(mission=found, name=new, contributions=ticked),
        )
    else:
        done = _attempt(request, lambda: services.put_in_theme(theme=theme, contributions=ticked))
    if done:
        messages.success(request, f"Put {texts} into “{new or theme.name}”.")
    return to("themes", found, back)


@members(Role.MANAGER)
def theme_edit(request: OrganisationRequest, mission: int, theme: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = _theme(found, theme)
    form = forms.ThemeForm(sent(request), initial={"name": one.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_theme(theme=one, name=form.cleaned_data["name"])
        except services.MissionsError as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, "The theme has its new name.")
            return to("themes", found, f"theme={one.pk}")
    context = {"form": form, "theme": one}
    return mission_page(request, "missions/theme_edit.html", found, context)


@members(Role.MANAGER)
def theme_delete(request: OrganisationRequest, mission: int, theme: int) -> HttpResponse:
    found = find_mission(request, mission)
    one = _theme(found, theme)
    if request.method == "POST":
        if _attempt(request, lambda: services.delete_theme(theme=one)):
            messages.success(request, f"“{one.name}” is gone. Its words are all still here.")
        return to("themes", found)
    count = one.contributions.count()
    context = {"theme": one, "count": count}
    return mission_page(request, "missions/theme_delete.html", found, context)


def _theme(mission: Mission, theme: int) -> Theme:
    return get_object_or_404(Theme.objects.select_related("mission"), pk=theme, mission=mission)


def _attempt(request: OrganisationRequest, change: Callable[[], object]) -> bool:
    """Make the change; where it is refused, say why on the next page."""
    try:
        change()
    except services.MissionsError as problem:
        messages.error(request, str(problem))
        return False
    return True


def _first_error(form: forms.ThemeForm | forms.AssignForm) -> str:
    return str(next(iter(form.errors.values()))[0])
