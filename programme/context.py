"""What the signed-in shell shows on every page."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from programme.models import Organisation


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry of the side navigation."""

    label: str
    icon: str
    url: str
    current: bool


_SECTIONS = (
    # label, icon, URL name
    ("Home", "home", "home"),
    ("Mission", "mission", "missions:index"),
    ("Touchpoints", "touchpoints", "touchpoints:index"),
    ("Feedback", "feedback", "feedback:index"),
    ("Improvements", "improvements", "touchpoints:improvements"),
    ("Reports", "reports", "reports:index"),
    ("People", "people", "programme:people"),
)


def navigation(request: HttpRequest) -> dict[str, object]:
    """The programme's sections in order, on pages of an organisation; put together only where a
    template asks for them, since parts of pages do not."""
    organisation = getattr(request, "organisation", None)
    if organisation is None:
        return {}
    return {"navigation": SimpleLazyObject(lambda: _items(request, organisation))}


def _items(request: HttpRequest, organisation: Organisation) -> list[NavigationItem]:
    items = []
    for label, icon, name in _SECTIONS:
        url = reverse(name, kwargs={"organisation": organisation.slug})
        items.append((label, icon, url))
    membership = getattr(request, "membership", None)
    if membership and membership.can_edit:
        settings = reverse("programme:settings", kwargs={"organisation": organisation.slug})
        items.append(("Settings", "settings", settings))
    # The longest address that the page's own begins with: Improvements lies under Touchpoints.
    current = max(
        (url for _, _, url in items[1:] if request.path.startswith(url)),
        key=len,
        default=items[0][2] if request.path == items[0][2] else "",
    )
    return [NavigationItem(label, icon, url, url == current) for label, icon, url in items]
