"""Organisations and their quarters."""

from django.db import connection, transaction
from django.utils.text import slugify

from accounts.models import User
from programme.models import Membership, Organisation, Period, Role
from programme.periods import Quarter
from programme.services.errors import ProgrammeError

_SLUG_LENGTH = 50
# Any number: whoever makes the first account holds this lock of PostgreSQL's.
_FIRST_ACCOUNT = 7_301_946


@transaction.atomic
def create_organisation(
    *,
    name: str,
    leader: User,
    timezone: str = "Europe/London",
    language: str = "en",
    financial_year_first_month: int = 1,
) -> Organisation:
    """Make an organisation with its first leader; its address is made from its name."""
    organisation = Organisation.objects.create(
        name=name,
        slug=_free_slug(name),
        timezone=timezone,
        language=language,
        financial_year_first_month=financial_year_first_month,
    )
    Membership.objects.create(organisation=organisation, user=leader, role=Role.LEADER)
    return organisation


def _free_slug(name: str) -> str:
    """The name as an address, with a number where it is taken; names in other scripts, whose
    letters an address cannot show, become "organisation"."""
    base = slugify(name)[:_SLUG_LENGTH].strip("-") or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def start_installation(
    *,
    name: str,
    email: str,
    password: str,
    organisation: str,
    timezone: str,
    financial_year_first_month: int,
) -> tuple[User, Organisation]:
    """The first account of an empty installation, and what it leads. Only one ever succeeds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST_ACCOUNT])
    if User.objects.exists():
        raise ProgrammeError("Someone has made the first account already: sign in, or ask them.")
    user = User.objects.create_user(email, password, name=name)
    made = create_organisation(
        name=organisation,
        leader=user,
        timezone=timezone,
        financial_year_first_month=financial_year_first_month,
    )
    return user, made


@transaction.atomic
def change_organisation(
    *,
    organisation: Organisation,
    name: str,
    timezone: str,
    language: str,
    financial_year_first_month: int,
    figures_from: int,
    comments_from: int,
) -> None:
    """Change its settings; the address stays. The financial year cannot move once there are
    quarters, whose days are written down."""
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    moved = locked.financial_year_first_month != financial_year_first_month
    if moved and Period.objects.filter(organisation=locked).exists():
        raise ProgrammeError(
            "The financial year cannot move any more: quarters with figures were made by it."
        )
    locked.name, locked.timezone, locked.language = name, timezone, language
    locked.financial_year_first_month = financial_year_first_month
    locked.figures_from, locked.comments_from = figures_from, comments_from
    locked.save()


def period_for(*, organisation: Organisation, quarter: Quarter) -> Period:
    """The organisation's row for that quarter, made when first asked for."""
    starts_on, ends_on = quarter.bounds(first_month=organisation.financial_year_first_month)
    period, _ = Period.objects.get_or_create(
        organisation=organisation,
        year=quarter.year,
        number=quarter.number,
        defaults={"starts_on": starts_on, "ends_on": ends_on},
    )
    return period
