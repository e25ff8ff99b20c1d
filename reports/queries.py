"""Reads for reports: what one is made from, and whom it was sent to."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from feedback.models import Comment, Round
from feedback.queries.loyalty import corners_counted, recommend
from feedback.queries.receipts import receipts
from missions.models import Decision, Mission
from missions.queries import adopted, own_names
from missions.register import share_that_asked
from outbox.models import Email
from programme.models import Membership, Organisation, Period
from programme.periods import Quarter
from programme.queries import today_at
from reports.causes import shared_words
from reports.contents import DecisionLine, MissionPart, RuleLine
from reports.known import (
    QUARTERS,
    Known,
    KnownComments,
    KnownGap,
    KnownImprovement,
    KnownLink,
    KnownReceipt,
    KnownWeight,
    Recommend,
)
from reports.languages import spoken
from reports.models import BoardReport, ReportLink, ReportSettings
from reports.words import Months, Passage, Points, Said, say
from touchpoints.models import Improvement, RatingTally, Rule, Touchpoint, Voice
from touchpoints.queries import (
    Heatmap,
    chain,
    chain_periods,
    gaps,
    heatmap,
    known,
    periods_with_ratings,
)
from touchpoints.queries.weights import weights

MOST_DECISIONS = 20
MOST_RULES = 20
# Enough to tell which words stand out; a quarter of a million comments is not read for it.
MOST_COMMENTS = 20_000
YEAR = 4  # quarters
# A quarter that ended longer ago is history, such as past answers brought in late: its report is
# built when someone asks for it.
LATEST_BY_CALENDAR = dt.timedelta(days=60)


def gather(*, organisation: Organisation, period: Period) -> Known:
    """All that the period's report is made from."""
    before = before_of(organisation, period)
    of = known(organisation)
    customers = heatmap(organisation=of, period=period, compare_with=before)
    mission = adopted(organisation)
    chain_period = _chain_period(organisation, period)
    return Known(
        organisation=organisation.name,
        language=organisation.language,
        first_month=organisation.financial_year_first_month,
        quarter=period.quarter,
        period_words=Months(period.starts_on, period.ends_on),
        today=today_at(organisation),
        timezone=organisation.timezone,
        before=before.quarter if before else None,
        customers=customers,
        staff=heatmap(organisation=of, period=period, compare_with=before, voice=Voice.STAFF),
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
        links=list(_links(organisation, chain_period)),
        links_quarter=chain_period.quarter if chain_period else None,
        gaps={
            key: KnownGap(gap.difference, gap.low, gap.high, gap.real)
            for key, gap in gaps(customers).items()
        },
        comments=_comments(organisation, period, customers),
        weights={key: KnownWeight(weight.explains) for key, weight in weights(of, period).items()},
        corners=corners_counted(organisation=organisation, period=period),
        rules=list(_rules(organisation, period)),
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
        .select_related("touchpoint", "hand_off", "owner__user")
        .order_by("due_on", "pk")
    )
    for one in found:
        yield KnownImprovement(
            touchpoint_id=one.touchpoint_id,
            touchpoint=_place(one),
            title=one.title,
            cause=one.cause,
            state=one.state,
            state_words=Said(one.get_state_display()),
            owner=_name(one.owner),
            due_on=one.due_on,
            done_on=one.done_on,
            expected=_expected(one),
            improvement_id=one.pk,
            hand_off_id=one.hand_off_id,
            expected_net=one.expected_net,
        )


def _place(one: Improvement) -> str | Said:
    """Where it is: the touchpoint, or the hand-off where it is about one."""
    if one.hand_off is not None:
        return say("improvements.at_hand_off", name=one.hand_off.name)
    return one.touchpoint.name if one.touchpoint else ""


def _expected(one: Improvement) -> Passage:
    """In words, and the net to reach where one was named."""
    if one.expected_net is None:
        return Passage((one.expected_effect,))
    net, quarter = Points(one.expected_net), Quarter.parse(one.expected_in)
    said = say("improvements.expected", net=net, quarter=quarter)
    return Passage((said, one.expected_effect))


def _chain_period(organisation: Organisation, period: Period) -> Period | None:
    """The latest quarter up to this one in which hand-offs were rated."""
    rated = chain_periods(organisation)
    return next((one for one in rated if one.quarter <= period.quarter), None)


def _links(organisation: Organisation, period: Period | None) -> Iterator[KnownLink]:
    for link in chain(organisation, period):
        one = link.hand_off
        yield KnownLink(
            hand_off_id=one.pk,
            name=one.name,
            giver=one.giver.name,
            receiver=one.receiver.name,
            touchpoint_id=one.touchpoint_id,
            touchpoint=one.touchpoint.name,
            cell=link.cell,
        )


def _comments(
    organisation: Organisation, period: Period, customers: Heatmap
) -> dict[int, KnownComments]:
    """Of the touchpoints that really changed: what customers of named rounds wrote there."""
    changed = {row.touchpoint.pk for row in customers.rows() if row.total.real_change}
    if not changed:
        return {}
    found = Comment.objects.filter(
        organisation=organisation,
        round__period=period,
        round__audience=Round.Audience.EXTERNAL,
        round__confidential=False,
        released_at__isnull=False,
    )
    everything: list[str] = []
    about: dict[int, list[str]] = {}
    for touchpoint, text in found.values_list("touchpoint_id", "text")[:MOST_COMMENTS]:
        everything.append(text)
        if touchpoint in changed:
            about.setdefault(touchpoint, []).append(text)
    names = own_names(organisation) if about else []
    return {
        touchpoint: KnownComments(len(texts), shared_words(texts, everything, names=names))
        for touchpoint, texts in about.items()
    }


def _rules(organisation: Organisation, period: Period) -> Iterator[RuleLine]:
    lifted = Rule.objects.filter(
        organisation=organisation, lifted_on__range=(period.starts_on, period.ends_on)
    )
    for one in lifted.select_related("touchpoint").order_by("lifted_on", "pk")[:MOST_RULES]:
        yield RuleLine(
            name=one.name,
            hampered=one.hampered,
            touchpoint=one.touchpoint.name if one.touchpoint else "",
            since=one.since,
            lifted_on=one.lifted_on,
            rule_id=one.pk,
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
            audience=Said(one.round.get_audience_display()),
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
    share = share_that_asked(decisions)
    return MissionPart(
        statement=mission.statement,
        adopted_on=mission.adopted_on,
        review_on=mission.review_on,
        decisions=tuple(
            DecisionLine(
                title=one.title,
                customer_change=one.customer_change,
                fit=Said(_FIT[Decision.Fit(one.fit)]),
                outcome=one.outcome,
                decided_on=one.decided_on,
                asked_first=Said(_ASKED[one.asked_first]),
            )
            for one in decisions[:MOST_DECISIONS]
        ),
        asked=share.asked,
        asked_known=share.known,
    )


_FIT = {
    Decision.Fit.HELPS: "Helps the mission",
    Decision.Fit.NEUTRAL: "Neutral to the mission",
    Decision.Fit.HURTS: "Hurts the mission",
}
_ASKED = {
    True: "Asked first what it changes",
    False: "Did not ask first what it changes",
    None: "Whether it was asked first is not known",
}


# Editions, settings and the calendar


def language_of(report_id: int) -> str:
    """The language that the report is in."""
    found = BoardReport.objects.filter(pk=report_id).values_list("figures__language", flat=True)
    return spoken(found.get() or "en")


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
