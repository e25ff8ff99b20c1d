"""Reads for reports: what one is made from, and whom it was sent to."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from feedback.queries import receipts, recommend
from missions.models import Decision, Mission
from missions.queries import adopted
from outbox.models import Email
from programme.models import Membership, Organisation, Period
from reports.contents import DecisionLine, MissionPart
from reports.known import QUARTERS, Known, KnownImprovement, KnownReceipt, Recommend
from reports.models import BoardReport, ReportLink, ReportSettings
from reports.words import day, quarter_words
from touchpoints.models import Improvement, RatingTally, Touchpoint, Voice
from touchpoints.queries import heatmap, periods_with_ratings

MOST_DECISIONS = 20
YEAR = 4  # quarters
# A quarter that ended longer ago is history, such as past answers brought in late: its report is
# built when someone asks for it.
LATEST_BY_CALENDAR = dt.timedelta(days=60)


def gather(*, organisation: Organisation, period: Period) -> Known:
    """All that the period's report is made from."""
    before = before_of(organisation, period)
    customers = heatmap(organisation=organisation, period=period, compare_with=before)
    mission = adopted(organisation)
    return Known(
        organisation=organisation.name,
        language=organisation.language,
        first_month=organisation.financial_year_first_month,
        quarter=period.quarter,
        period_words=quarter_words(period.starts_on, period.ends_on),
        today=timezone.localdate(),
        before=before.quarter if before else None,
        customers=customers,
        staff=heatmap(
            organisation=organisation, period=period, compare_with=before, voice=Voice.STAFF
        ),
        history=[one.quarter for one in customers.quarters],
        recommend=[
            _recommend(organisation, period, back, customers.quarters)
            for back in range(1 - QUARTERS, 1)
        ],
        improvements=list(_improvements(organisation, period)),
        owners=_owners(organisation),
        receipts=list(_receipts(organisation, period)),
        mission=_mission(mission, period) if mission else None,
        review_on=mission.review_on if mission else None,
    )


def before_of(organisation: Organisation, period: Period) -> Period | None:
    """What a quarter is compared with: the latest quarter before it that has ratings."""
    for earlier in periods_with_ratings(organisation):
        if earlier.quarter < period.quarter:
            return earlier
    return None


def _recommend(
    organisation: Organisation, period: Period, back: int, past: Sequence[Period]
) -> Recommend | None:
    quarter = period.quarter.shift(back)
    found = next((one for one in past if one.quarter == quarter), None)
    counts = recommend(organisation=organisation, period=found) if found else None
    return Recommend(counts.detractors, counts.passives, counts.promoters) if counts else None


def _improvements(organisation: Organisation, period: Period) -> Iterator[KnownImprovement]:
    """Those still open, and those finished in the year up to the quarter's end."""
    year_ago = period.ends_on - dt.timedelta(days=365)
    state = Improvement.State
    found = (
        Improvement.objects.filter(organisation=organisation)
        .filter(
            Q(state__in=[state.PLANNED, state.UNDER_WAY])
            | Q(state=state.DONE, done_on__gt=year_ago, done_on__lte=period.ends_on)
        )
        .filter(created_at__date__lte=max(period.ends_on, timezone.localdate()))
        .select_related("touchpoint", "owner__user")
        .order_by("due_on", "pk")
    )
    for one in found:
        yield KnownImprovement(
            touchpoint_id=one.touchpoint_id,
            touchpoint=one.touchpoint.name if one.touchpoint else "",
            title=one.title,
            cause=one.cause,
            state=one.state,
            state_words=one.get_state_display(),
            owner=_name(one.owner),
            due_on=one.due_on,
            done_on=one.done_on,
            expected=one.expected_effect,
            improvement_id=one.pk,
        )


def _owners(organisation: Organisation) -> dict[int, str]:
    found = Touchpoint.objects.filter(organisation=organisation).exclude(owner=None)
    return {one.pk: _name(one.owner) for one in found.select_related("owner__user")}


def _name(membership: Membership | None) -> str:
    return str(membership.user) if membership else ""


def _receipts(organisation: Organisation, period: Period) -> Iterator[KnownReceipt]:
    for one in receipts(organisation=organisation, period=period):
        imported = bool(one.round.imported_from)
        yield KnownReceipt(
            title=one.round.title,
            audience=one.round.get_audience_display(),
            confidential=one.round.confidential,
            invited=None if imported else one.invited,
            held_back=None if imported else one.held_back,
            sent=None if imported else one.sent,
            failed=None if imported else one.failed,
            answered=one.answered,
            published=bool(one.published),
            round_id=one.round.pk,
        )


def _mission(mission: Mission, period: Period) -> MissionPart:
    decisions = Decision.objects.filter(
        mission=mission, decided_on__range=(period.starts_on, period.ends_on)
    )
    return MissionPart(
        statement=mission.statement,
        adopted_on=day(mission.adopted_on),
        review_on=day(mission.review_on),
        decisions=tuple(
            DecisionLine(
                title=one.title,
                customer_change=one.customer_change,
                fit=one.get_fit_display(),
                outcome=one.outcome,
                decided_on=day(one.decided_on),
            )
            for one in decisions[:MOST_DECISIONS]
        ),
    )


# Editions, settings and the calendar


def frozen_before(report: BoardReport) -> BoardReport | None:
    """The latest frozen edition of the same quarter before this one."""
    earlier = BoardReport.objects.filter(
        organisation_id=report.organisation_id,
        period_id=report.period_id,
        edition__lt=report.edition,
        approval=BoardReport.Approval.FROZEN,
    )
    return earlier.defer("pdf").order_by("-edition").first()


def settings_of(organisation: Organisation) -> ReportSettings:
    """The organisation's own, or the defaults, not saved."""
    found = ReportSettings.objects.filter(organisation=organisation).first()
    return found or ReportSettings(organisation=organisation)


def due_by_calendar() -> list[tuple[Organisation, Period]]:
    """Quarters whose report should be built by itself now: over for as many days as the
    organisation says, with ratings, and with no report asked for since their end."""
    today = timezone.localdate()
    own = {one.organisation_id: one for one in ReportSettings.objects.all()}
    standard = ReportSettings()
    ratings = RatingTally.objects.filter(period=OuterRef("pk"))
    reports = BoardReport.objects.filter(period=OuterRef("pk"))
    found = (
        Period.objects.filter(ends_on__range=(today - LATEST_BY_CALENDAR, today))
        .filter(Exists(ratings))
        .exclude(Exists(reports.filter(scheduled=True)))
        .exclude(Exists(reports.filter(created_at__date__gt=OuterRef("ends_on"))))
        .exclude(Exists(reports.filter(approval=BoardReport.Approval.FROZEN)))
        .select_related("organisation")
        .order_by("pk")
    )
    return [
        (period.organisation, period)
        for period in found
        if (wants := own.get(period.organisation_id, standard)).automatic
        and period.ends_on + dt.timedelta(days=wants.days_after) <= today
    ]


# Whom it was sent to


def sending_key(report: BoardReport, address: str) -> str:
    """The outbox's key: one email for each report and address."""
    return f"report:{report.pk}:{address}"


def sendings(report: BoardReport) -> QuerySet[Email]:
    """The emails that carry this report, the newest first."""
    return Email.objects.filter(
        organisation_id=report.organisation_id, key__startswith=f"report:{report.pk}:"
    ).order_by("-created_at", "to_email")


def links(report: BoardReport) -> dict[str, ReportLink]:
    """The links to this report, by the address that each is for."""
    return {link.to_email: link for link in ReportLink.objects.filter(report=report)}


def board_addresses(report: BoardReport) -> list[str]:
    """The board's list; without one, where the organisation's latest report before this went."""
    if listed := settings_of(report.organisation).board_list():
        return listed
    earlier = (
        BoardReport.objects.filter(organisation_id=report.organisation_id, pk__lt=report.pk)
        .order_by("-pk")
        .only("pk", "organisation_id")[:8]
    )
    for other in earlier:
        found = sorted(set(sendings(other).values_list("to_email", flat=True)))
        if found:
            return found
    return []
