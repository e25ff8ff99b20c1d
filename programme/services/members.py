"""Colleagues with an account: invited, with a role, and removed."""

import datetime as dt
import hashlib
import secrets

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from programme.models import ColleagueInvite, Membership, Organisation, Role
from programme.services.errors import ProgrammeError

_INVITE_DAYS = 14


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite_colleague(
    *, organisation: Organisation, email: str, role: str, invited_by: User
) -> ColleagueInvite:
    """Send a link that makes someone a member. An open invite to the same address is replaced:
    its link no longer works. Raises ProgrammeError for those who are members already."""
    email = email.lower()
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if Membership.objects.filter(organisation=organisation, user__email=email).exists():
        raise ProgrammeError(f"{email} is a member already: change the role in the list.")
    ColleagueInvite.objects.filter(
        organisation=organisation, email__iexact=email, accepted_at=None
    ).delete()
    token = secrets.token_urlsafe(32)
    invite = ColleagueInvite.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        token_hash=_hashed(token),
        invited_by=invited_by,
        expires_at=timezone.now() + dt.timedelta(days=_INVITE_DAYS),
    )
    # Through allauth's adapter, which writes into the outbox: programme stands beside that app.
    get_adapter().send_mail(
        "programme/email/invite",
        email,
        {
            "organisation": organisation,
            "sender": organisation.name,
            "invited_by": invited_by,
            "role": Role(role).label.lower(),
            "days": _INVITE_DAYS,
            "url": settings.BASE_URL.rstrip("/") + reverse("programme:join", args=[token]),
        },
    )
    return invite


def resend_invite(*, invite: ColleagueInvite, invited_by: User) -> ColleagueInvite:
    """A fresh link in a fresh email; the old one no longer works."""
    if invite.accepted_at:
        raise ProgrammeError(f"{invite.email} has joined already.")
    return invite_colleague(
        organisation=invite.organisation,
        email=invite.email,
        role=invite.role,
        invited_by=invited_by,
    )


def withdraw_invite(*, invite: ColleagueInvite) -> None:
    """The link no longer works. Whoever has joined by it stays a member."""
    if invite.accepted_at:
        raise ProgrammeError(f"{invite.email} has joined already: remove them from the list.")
    invite.delete()


def invite_for(token: str) -> ColleagueInvite | None:
    """The invite that this link belongs to, used or expired as it may be."""
    return (
        ColleagueInvite.objects.select_related("organisation", "invited_by")
        .filter(token_hash=_hashed(token))
        .first()
    )


@transaction.atomic
def accept_invite(
    *, token: str, name: str = "", password: str = "", user: User | None = None
) -> tuple[User, Organisation]:
    """Join: as `user`, signed in with the invited address, or with a new account of that name and
    password. Raises ProgrammeError where the link is used, too old, or somebody else's."""
    invite = (
        ColleagueInvite.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(token_hash=_hashed(token))
        .first()
    )
    if invite is None or invite.accepted_at or invite.expires_at < timezone.now():
        raise ProgrammeError("This invitation has been used, withdrawn or is too old.")
    if user and user.email.lower() != invite.email.lower():
        raise ProgrammeError(f"This invitation is for {invite.email}: sign in with that address.")
    if user is None:
        if User.objects.filter(email__iexact=invite.email).exists():
            raise ProgrammeError(f"{invite.email} has an account: sign in with it to join.")
        user = User.objects.create_user(invite.email, password, name=name)
    Membership.objects.get_or_create(
        organisation=invite.organisation, user=user, defaults={"role": invite.role}
    )
    invite.accepted_at = timezone.now()
    invite.save(update_fields=["accepted_at"])
    return user, invite.organisation


@transaction.atomic
def change_role(*, membership: Membership, role: str) -> None:
    """Give a member another role; the last leader stays one."""
    _keep_a_leader(membership, unless=role == Role.LEADER)
    membership.role = role
    membership.save(update_fields=["role"])


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """Take away someone's way in; what they wrote stays. The last leader stays."""
    _keep_a_leader(membership, unless=False)
    membership.delete()


def _keep_a_leader(membership: Membership, *, unless: bool) -> None:
    # The lock makes two leaders who demote one another wait for each other.
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    others = Membership.objects.filter(
        organisation=membership.organisation_id, role=Role.LEADER
    ).exclude(pk=membership.pk)
    if membership.role == Role.LEADER and not unless and not others.exists():
        raise ProgrammeError("An organisation needs a leader: make someone else a leader first.")
