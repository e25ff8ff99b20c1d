"""Signing in, by password and by link; the front door; one's own account."""

import datetime as dt
import re
from collections.abc import Callable
from io import StringIO
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.browsers import browser_of
from accounts.models import User
from accounts.signin import emailed_link, signin_url
from outbox.models import Email
from programme.models import Membership, Organisation, Role
from tests import factories

PASSWORD = "seven quiet lighthouses"


def _path(link: str) -> str:
    return urlsplit(link).path


def _is_signed_in(client: Client) -> bool:
    return client.get(reverse("accounts:profile")).status_code == 200


def test_a_link_signs_in_once_and_only_by_its_button(organisation: Organisation) -> None:
    user = factories.member(organisation).user
    path = _path(emailed_link(user))
    client = Client()
    assert "Sign in" in client.get(path).content.decode()
    assert not _is_signed_in(client)
    answer = client.post(path)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert _is_signed_in(client)
    again = Client()
    assert again.post(path).status_code == 410
    assert "Email me a new link" in again.get(path).content.decode()
    assert not _is_signed_in(again)


def test_a_link_made_within_the_second_of_its_use_dies_too(db: None) -> None:
    user = factories.user()
    with time_machine.travel(dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC), tick=False):
        Client().post(_path(emailed_link(user)))
    with time_machine.travel(dt.datetime(2026, 5, 1, 12, 0, 0, 1000, dt.UTC), tick=False):
        user.refresh_from_db()
        path = _path(emailed_link(user))
        assert Client().post(path).status_code == 302
        assert Client().post(path).status_code == 410


def test_how_long_links_live(db: None) -> None:
    user = factories.user()
    emailed, printed = emailed_link(user), signin_url(user, base_url="https://x.example")
    now = dt.datetime.now(dt.UTC)
    for link, alive, dead in ((emailed, 14, 16), (printed, 23 * 60, 25 * 60)):
        with time_machine.travel(now + dt.timedelta(minutes=alive)):
            assert Client().get(_path(link)).status_code == 200
        with time_machine.travel(now + dt.timedelta(minutes=dead)):
            assert Client().get(_path(link)).status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "x/y",
        "MQ/abc-def",
        "OTk5OTk5/aaa-bbb",
        "%F0%9F%92%A9/x",
        "LTE/a",
        "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5/x",
    ],
)
def test_invented_links(db: None, path: str) -> None:
    answer = Client().get(f"/account/link/{path}/")
    assert answer.status_code == 404
    assert "no longer works" in answer.content.decode()


def test_a_closed_account_has_no_link(db: None) -> None:
    user = factories.user()
    path = _path(emailed_link(user))
    User.objects.update(is_active=False)
    assert Client().post(path).status_code == 404


def test_asking_for_a_link_tells_nothing(db: None) -> None:
    user = factories.user("ada@example.com")
    url = reverse("accounts:email_link")
    known = Client().post(url, {"email": "Ada@example.com"})
    unknown = Client().post(url, {"email": "bob@example.com"})
    assert known.content.decode().replace("ada@", "bob@") == unknown.content.decode()
    email = Email.objects.get()
    assert email.to_email == user.email
    link = re.search(r"http\S+/account/link/\S+/", email.text)
    assert link
    assert Client().post(_path(link[0])).status_code == 302


def test_asking_too_often(db: None) -> None:
    factories.user("ada@example.com")
    url = reverse("accounts:email_link")
    statuses = [Client().post(url, {"email": "ada@example.com"}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    assert Email.objects.count() == 5


def test_the_command_prints_a_link(db: None) -> None:
    factories.user("ada@example.com")
    out = StringIO()
    call_command("signin_link", "ADA@example.com", base_url="http://localhost:8123", stdout=out)
    link = out.getvalue().strip()
    assert link.startswith("http://localhost:8123/account/link/")
    assert Client().post(_path(link)).status_code == 302
    with pytest.raises(CommandError, match="no active user"):
        call_command("signin_link", "nobody@example.com")
    with pytest.raises(CommandError, match="base URL"):
        call_command("signin_link", "ada@example.com", base_url="javascript:alert(1)")


def test_password(organisation: Organisation) -> None:
    user = factories.user("ada@example.com", password=PASSWORD)
    assert user.password.startswith("argon2$argon2id$")
    client = Client()
    url = reverse("account_login")
    wrong = client.post(url, {"login": "ada@example.com", "password": "wrong"})
    assert wrong.status_code == 200
    assert "or the password is not right" in str(wrong.context["form"].errors)
    right = client.post(url, {"login": "ADA@example.com", "password": PASSWORD})
    assert (right.status_code, right["Location"]) == (302, "/")
    assert _is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not _is_signed_in(client)


def test_many_wrong_passwords_are_slowed(db: None) -> None:
    factories.user("ada@example.com", password=PASSWORD)
    url = reverse("account_login")
    for _ in range(12):
        Client().post(url, {"login": "ada@example.com", "password": "wrong"})
    Client().post(url, {"login": "ada@example.com", "password": PASSWORD})
    answer = Client().post(url, {"login": "ada@example.com", "password": PASSWORD})
    assert answer.status_code in {200, 429}


def test_a_new_password_by_email(db: None) -> None:
    factories.user("ada@example.com", password=PASSWORD)
    Client().post(reverse("account_reset_password"), {"email": "bob@example.com"})
    assert not Email.objects.exists()
    Client().post(reverse("account_reset_password"), {"email": "ada@example.com"})
    link = re.search(r"http\S+/password/reset/key/\S+/", Email.objects.get().text)
    assert link
    client = Client()
    page = client.get(_path(link[0]), follow=True)
    where = page.redirect_chain[-1][0]
    new = "three warm harbours"
    done = client.post(where, {"password1": new, "password2": new}, follow=True)
    assert "Your new password is saved" in done.content.decode()
    assert User.objects.get().check_password(new)
    assert "no longer works" in Client().get(_path(link[0]), follow=True).content.decode()


def test_changing_and_first_setting_a_password(as_user: Callable[[User], Client]) -> None:
    user = factories.user("ada@example.com")
    client = as_user(user)
    asked = client.get(reverse("account_change_password"), follow=True)
    assert "Set a password" in asked.content.decode()
    client.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    new = "three warm harbours"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    user.refresh_from_db()
    assert user.check_password(new)
    assert _is_signed_in(client)


def test_signing_out_everywhere(db: None) -> None:
    factories.user("ada@example.com", password=PASSWORD)
    phone, laptop = Client(), Client()
    for client in (phone, laptop):
        client.post(reverse("account_login"), {"login": "ada@example.com", "password": PASSWORD})
    assert len(laptop.get(reverse("accounts:profile")).context["sessions"]) == 2
    laptop.post(reverse("accounts:sign_out_everywhere"))
    assert not _is_signed_in(phone)
    assert not _is_signed_in(laptop)


@pytest.mark.parametrize(
    ("user_agent", "browser"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("curl/8.0", "Another program"),
        ("", "Another program"),
    ],
)
def test_browsers_by_the_name_people_use(user_agent: str, browser: str) -> None:
    assert browser_of(user_agent) == browser


def test_ones_name(as_user: Callable[[User], Client]) -> None:
    user = factories.user()
    client = as_user(user)
    client.post(reverse("accounts:profile"), {"name": "Ada Okafor"})
    assert User.objects.get(pk=user.pk).name == "Ada Okafor"
    for bad in ("", "x" * 151, "NUL\x00"):
        answer = client.post(reverse("accounts:profile"), {"name": bad})
        assert "name" in answer.context["form"].errors


def test_pages_of_allauth_that_we_do_not_have() -> None:
    for name in ("account_email", "account_confirm_email", "usersessions_list"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert "by invitation" in Client().get(reverse("account_signup")).content.decode()


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_logout", "account_inactive", "account_reset_password",
     "account_reset_password_done", "account_reset_password_from_key_done",
     "accounts:email_link"],
)  # fmt: skip
def test_every_page_around_signing_in_is_our_own(name: str, as_leader: Client) -> None:
    client = Client() if name != "account_logout" else as_leader
    page = client.get(reverse(name)).content.decode()
    assert 'class="page-head"' in page
    assert "<h1>" in page


# The front door

START = {
    "name": "Ada Okafor",
    "email": "Ada@example.com",
    "password": PASSWORD,
    "organisation": "Harbour Lifts",
    "timezone": "Europe/Berlin",
    "financial_year_first_month": "4",
}


def test_an_empty_installation_begins_with_the_first_account(db: None) -> None:
    client = Client()
    assert client.get("/")["Location"] == reverse("programme:start")
    answer = client.post(reverse("programme:start"), START)
    organisation = Organisation.objects.get()
    assert answer["Location"] == reverse("home", args=[organisation.slug])
    assert (organisation.slug, organisation.timezone) == ("harbour-lifts", "Europe/Berlin")
    assert organisation.financial_year_first_month == 4
    membership = Membership.objects.get()
    assert (membership.user.email, membership.role) == ("ada@example.com", Role.LEADER)
    assert client.get("/")["Location"] == answer["Location"]
    assert Client().get("/")["Location"] == reverse("account_login")
    Client().post(reverse("programme:start"), START | {"email": "bob@example.com"})
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("password", "short"),
        ("password", "ada@example.com"),
        ("organisation", ""),
        ("organisation", "x" * 100_000),
        ("timezone", "Mars/Olympus"),
        ("financial_year_first_month", "13"),
        ("name", "\x00"),
    ],
)
def test_a_start_with_bad_input(db: None, field: str, value: str) -> None:
    answer = Client().post(reverse("programme:start"), START | {field: value})
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not User.objects.exists()


def test_choosing_among_organisations(
    organisation: Organisation, leader: Membership, as_leader: Client
) -> None:
    home = reverse("home", args=[organisation.slug])
    assert as_leader.get("/")["Location"] == home
    assert home in as_leader.get("/?choose").content.decode()
    made = as_leader.post(
        reverse("programme:new_organisation"),
        {"organisation": "Second", "timezone": "UTC", "financial_year_first_month": "1"},
    )
    assert made["Location"] == "/o/second/"
    page = as_leader.get("/").content.decode()
    assert home in page
    assert "/o/second/" in page


def test_only_leaders_add_organisations(as_manager: Client) -> None:
    assert as_manager.post(reverse("programme:new_organisation")).status_code == 403


def test_who_belongs_nowhere_is_told_so(as_user: Callable[[User], Client]) -> None:
    page = as_user(factories.user()).get("/").content.decode()
    assert "You are in no organisation" in page
