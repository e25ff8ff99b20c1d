"""Who may see what: every view declares it, and every organisation's rows carry theirs."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from programme.models import Organisation, OrganisationOwned

OWN_APPS = ("programme", "touchpoints", "feedback", "missions", "reports", "keeping")


def _views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern, path)
        else:
            yield path, pattern


ALL_VIEWS = list(_views(get_resolver()))


def test_there_are_views_to_walk() -> None:
    assert len(ALL_VIEWS) > 40


@pytest.mark.parametrize(("path", "pattern"), ALL_VIEWS, ids=[path for path, _ in ALL_VIEWS])
def test_every_view_declares_who_may_see_it(path: str, pattern: URLPattern) -> None:
    policy = getattr(pattern.callback, "access_policy", None)
    assert policy, f"{path} declares no access policy"
    if "<slug:organisation>" in path and path.startswith("o/"):
        assert policy.startswith("members:"), (
            f"{path} is inside an organisation but not for members"
        )


OF_AN_ORGANISATION = [path for path, _ in ALL_VIEWS if path.startswith("o/<slug:organisation>/")]


def _address(path: str, organisation: Organisation) -> str:
    """The path with the organisation's slug, and numbers that exist nowhere."""
    path = path.replace("<slug:organisation>", organisation.slug)
    path = re.sub(r"<int:\w+>", "987654321", path)
    path = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", path)
    return "/" + re.sub(r"<[\w:]+>", "csv", path)


@pytest.mark.parametrize("path", OF_AN_ORGANISATION)
def test_a_stranger_learns_nothing(
    path: str, organisation: Organisation, stranger_client: Client
) -> None:
    assert stranger_client.get(_address(path, organisation)).status_code == 404


@pytest.mark.parametrize("path", OF_AN_ORGANISATION)
def test_who_is_not_signed_in_is_asked_to(path: str, organisation: Organisation) -> None:
    answer = Client().get(_address(path, organisation))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("path", [path for path in OF_AN_ORGANISATION if path.count("<") > 1])
def test_what_does_not_exist_is_not_found(
    path: str, organisation: Organisation, as_leader: Client
) -> None:
    assert as_leader.get(_address(path, organisation)).status_code in {404, 405}


def test_auditors_change_nothing(organisation: Organisation, as_auditor: Client) -> None:
    """A view whose name says that it changes something is closed to auditors, by GET and POST."""
    words = ("add", "edit", "archive", "remove", "delete", "close", "open", "send", "request")
    closed = 0
    for path, pattern in ALL_VIEWS:
        name = pattern.name or ""
        if not path.startswith("o/") or not name.endswith(words):
            continue
        answer = as_auditor.post(_address(path, organisation))
        assert answer.status_code in {403, 404}, f"{path} answered an auditor {answer.status_code}"
        closed += answer.status_code == 403
    assert closed > 10


def test_every_table_of_an_organisation_carries_it() -> None:
    for app in OWN_APPS:
        for model in apps.get_app_config(app).get_models():
            assert model is Organisation or issubclass(model, OrganisationOwned), model
