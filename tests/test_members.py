"""Colleagues: invited, with a role, removed."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from outbox.models import Email
from programme.models import ColleagueInvite, Membership, Organisation, Role
from programme.services import ProgrammeError, accept_invite, change_role, invite_colleague
from tests import factories

PASSWORD = "seven quiet lighthouses"


def _url(name: str, of: Organisation, **kwargs: object) -> str:
    return reverse(f"programme:{name}", kwargs={"organisation": of.slug, **kwargs})


def _join_path() -> str:
    """The link in the newest email."""
    found = re.search(r"/join/[\w-]+/", Email.objects.latest("pk").text)
    assert found
    return found[0]


def _invited(organisation: Organisation, leader: Membership, email: str) -> str:
    invite_colleague(
        organisation=organisation, email=email, role=Role.MEMBER, invited_by=leader.user
    )
    return _join_path()


def test_invited_by_email_joins_with_a_new_account(
    organisation: Organisation, as_leader: Client
) -> None:
    as_leader.post(
        _url("member_invite", organisation), {"email": "Ada@Example.com", "role": "manager"}
    )
    email = Email.objects.get()
    assert email.to_email == "ada@example.com"
    assert organisation.name in email.subject
    assert "/join/" in email.html
    visitor = Client()
    assert "ada@example.com" in visitor.get(_join_path()).content.decode()
    joined = visitor.post(_join_path(), {"name": "Ada Okafor", "password": PASSWORD})
    assert joined["Location"] == reverse("home", args=[organisation.slug])
    membership = Membership.objects.get(user__email="ada@example.com")
    assert (membership.organisation, membership.role) == (organisation, Role.MANAGER)
    assert visitor.get(_url("members", organisation)).status_code == 200
    assert Client().get(_join_path()).status_code == 410


def test_a_weak_password_is_refused(organisation: Organisation, leader: Membership) -> None:
    path = _invited(organisation, leader, "ada@example.com")
    answer = Client().post(path, {"name": "Ada", "password": "password"})
    assert "password" in answer.context["form"].errors
    assert not User.objects.filter(email="ada@example.com").exists()


def test_who_has_an_account_joins_as_themselves(
    organisation: Organisation, leader: Membership, as_user: Callable[[User], Client]
) -> None:
    user = factories.user("ada@example.com")
    path = _invited(organisation, leader, "ada@example.com")
    assert "Sign in to join" in Client().get(path).content.decode()
    Client().post(path, {"name": "Thief", "password": PASSWORD})
    assert not Membership.objects.filter(user=user).exists()
    stranger = as_user(factories.user("tom@example.com"))
    assert "This invitation is for ada@example.com" in stranger.get(path).content.decode()
    stranger.post(path)
    assert Membership.objects.filter(organisation=organisation).count() == 1
    as_user(user).post(path)
    assert Membership.objects.get(user=user).role == Role.MEMBER


def test_expired_invented_and_replaced_links(
    organisation: Organisation, leader: Membership, as_leader: Client
) -> None:
    first = _invited(organisation, leader, "ada@example.com")
    invite = ColleagueInvite.objects.get()
    as_leader.post(_url("invite_resend", organisation, invite=invite.pk))
    second = _join_path()
    assert first != second
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    ColleagueInvite.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert Client().get(second).status_code == 410
    with pytest.raises(ProgrammeError):
        accept_invite(token=second.split("/")[2], name="Ada", password=PASSWORD)
    assert Client().get("/join/invented/").status_code == 404
    invite = ColleagueInvite.objects.get()
    as_leader.post(_url("invite_withdraw", organisation, invite=invite.pk))
    assert not ColleagueInvite.objects.exists()


def test_members_are_not_invited_again(organisation: Organisation, as_leader: Client) -> None:
    member = factories.member(organisation)
    answer = as_leader.post(
        _url("member_invite", organisation), {"email": member.user.email, "role": "member"}
    )
    assert "is a member already" in answer.context["form"].errors["email"][0]


def test_the_last_leader_stays(
    organisation: Organisation, leader: Membership, as_leader: Client
) -> None:
    answer = as_leader.post(
        _url("member_change", organisation, member=leader.pk), {"role": "member"}
    )
    assert "needs a leader" in answer.context["form"].errors["role"][0]
    as_leader.post(_url("member_remove", organisation, member=leader.pk))
    leader.refresh_from_db()
    assert leader.role == Role.LEADER
    other = factories.member(organisation, Role.LEADER)
    change_role(membership=other, role=Role.AUDITOR)
    with pytest.raises(ProgrammeError, match="needs a leader"):
        change_role(membership=leader, role=Role.MEMBER)


def test_changing_and_removing(organisation: Organisation, as_leader: Client) -> None:
    member = factories.member(organisation, Role.MEMBER)
    as_leader.post(_url("member_change", organisation, member=member.pk), {"role": "auditor"})
    member.refresh_from_db()
    assert member.role == Role.AUDITOR
    assert member.user.email in as_leader.get(_url("members", organisation)).content.decode()
    as_leader.post(_url("member_remove", organisation, member=member.pk))
    assert not Membership.objects.filter(pk=member.pk).exists()
    assert User.objects.filter(pk=member.user_id).exists()


def test_managers_see_members_but_leave_them(
    organisation: Organisation, as_manager: Client
) -> None:
    member = factories.member(organisation, Role.MEMBER)
    assert as_manager.get(_url("members", organisation)).status_code == 200
    assert as_manager.get(_url("member_invite", organisation)).status_code == 403
    change = _url("member_change", organisation, member=member.pk)
    assert as_manager.post(change, {"role": "leader"}).status_code == 403


def test_another_organisations_member_is_not_found(
    organisation: Organisation, as_leader: Client
) -> None:
    theirs = factories.member(factories.organisation())
    change = _url("member_change", organisation, member=theirs.pk)
    assert as_leader.post(change, {"role": "auditor"}).status_code == 404
