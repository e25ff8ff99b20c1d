"""Every change to a mission."""

import datetime as dt
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Left
from django.utils import timezone

from feedback import services as feedback
from feedback.models import Comment, Question, Round
from missions import questions
from missions.models import (
    Contribution,
    Decision,
    Draft,
    Mission,
    MissionRound,
    Readiness,
    Theme,
    Voice,
)
from programme.models import Membership, Organisation, Role

try:
    from programme.queries import current_quarter
    from programme.services import period_for
except ImportError:  # TEMPORARY
    pass

WORDS_KEY = "words"
DAYS_TO_ANSWER = 14
LONGEST_NAME = 200


class MissionsError(Exception):
    """What cannot be done to a mission, in words for whoever tried."""


class StaleDraftError(MissionsError):
    """Someone saved a version after the one that this text was based on."""

    def __init__(self, current: Draft) -> None:
        self.current = current
        super().__init__(
            f"Version {current.version} was saved while you were writing. Your text is safe below: "
            "compare the two, then save yours."
        )


def start_mission(*, organisation: Organisation, title: str, started_by: Membership) -> Mission:
    return Mission.objects.create(organisation=organisation, title=title, started_by=started_by)


def _locked(mission: Mission) -> Mission:
    """The mission's row, held until the end of the transaction; refused once it is adopted."""
    held = Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
    if not held.is_open:
        raise MissionsError(
            "This mission has been adopted, so its words and drafts stay as they are. "
            "To change the statement, start a new mission."
        )
    return held


def _advance(mission: Mission, state: Mission.State) -> None:
    """Move on to that state; working on an earlier step again does not move it back."""
    order = list(Mission.State)
    if order.index(state) > order.index(Mission.State(mission.state)):
        mission.state = state
        mission.save(update_fields=["state"])


@transaction.atomic
def add_words(
    *, mission: Mission, author: Membership, words: Mapping[str, str], readiness: str = ""
) -> None:
    """Keep someone's own words, one text a prompt; an empty text takes that prompt's back.

    A leader's count in the leader's voice, anyone else's in the staff's. `readiness` is the
    leader's own answer to whether they feel it.
    """
    mission = _locked(mission)
    voice = Voice.LEADER if author.role == Role.LEADER else Voice.STAFF
    mine = {
        given.prompt: given for given in mission.contributions.filter(author=author, comment=None)
    }
    for prompt, text in words.items():
        given = mine.get(prompt)
        if given is None and text:
            Contribution.objects.create(
                organisation_id=mission.organisation_id,
                mission=mission,
                voice=voice,
                prompt=prompt,
                text=text,
                author=author,
            )
        elif given is not None and not text:
            given.delete()
        elif given is not None and given.text != text:
            given.text = text
            given.save(update_fields=["text"])
    if readiness:
        Readiness.objects.update_or_create(
            mission=mission,
            membership=author,
            defaults={"answer": readiness, "organisation_id": mission.organisation_id},
        )


# Asking staff and customers: ordinary feedback rounds


@transaction.atomic
def ask_for_words(
    *,
    mission: Mission,
    voice: str,
    message: str,
    asked_by: Membership,
    most_valuable: int | None = None,
) -> MissionRound:
    """Ask all staff, or the `most_valuable` customers of most yearly value, for their words: write
    the survey, open its round and with it every email.

    The round is named, so that someone can change or withdraw what they wrote; the page says so,
    and the mission shows no name that was not given (docs/decisions/0010).
    """
    mission = _locked(mission)
    if mission.rounds.filter(voice=voice, round__state=Round.State.OPEN).exists():
        raise MissionsError("You are asking them already: close that round before you ask again.")
    organisation = mission.organisation
    asked = questions.of_voice(voice=voice, organisation_name=organisation.name)
    try:
        survey = feedback.create_survey(
            organisation=organisation,
            title=asked.title,
            introduction=asked.introduction,
            thanks=asked.thanks,
            questions=[
                feedback.QuestionSpec(
                    key=WORDS_KEY,
                    kind=Question.Kind.LONG_TEXT,
                    text=asked.question,
                    hint=asked.hint,
                    required=True,
                ),
                feedback.QuestionSpec(
                    key=Question.SIGNATURE,
                    kind=Question.Kind.SHORT_TEXT,
                    text=asked.name_question,
                    hint=asked.name_hint,
                ),
            ],
        )
        opened = feedback.create_round(
            organisation=organisation,
            survey=survey,
            title=asked.title,
            audience=(
                Round.Audience.EXTERNAL if voice == Voice.CUSTOMER else Round.Audience.INTERNAL
            ),
            confidential=False,
            period=period_for(organisation=organisation, quarter=current_quarter(organisation)),
            selection={"most_valuable": most_valuable} if most_valuable else {},
            message=message,
            created_by=asked_by,
            closes_at=timezone.now() + dt.timedelta(days=DAYS_TO_ANSWER),
        )
        feedback.open_round(round=opened)
        opened.refresh_from_db()
    except feedback.FeedbackError as problem:
        raise MissionsError(str(problem)) from problem
    return MissionRound.objects.create(
        organisation=organisation, mission=mission, round=opened, voice=voice
    )


@transaction.atomic
def close_asking(*, asked: MissionRound) -> None:
    """Close a mission's round now and bring in the last of its words; closed, it stays so."""
    try:
        feedback.close_round(round=asked.round)
    except feedback.FeedbackError as problem:
        raise MissionsError(str(problem)) from problem
    gather_contributions(mission=asked.mission)


def gather_contributions(*, mission: Mission) -> int:
    """Bring what its rounds have received into the mission's contributions; returns how many are
    new. Run again it adds nothing, and follows those who changed their own answer.

    Answers to named rounds are taken as they come, those to confidential ones once released. An
    adopted mission takes in no more.
    """
    if not _not_yet_taken(mission).exists():
        return 0
    with transaction.atomic():
        mission = Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
        if not mission.is_open:
            return 0
        new = []
        waiting = _not_yet_taken(mission).select_related("response", "round__mission_round")
        known = Contribution.objects.filter(comment__in=_not_yet_taken(mission)).in_bulk(
            field_name="comment_id"
        )
        for comment in waiting:
            contribution = known.get(comment.pk)
            if contribution is not None:
                contribution.text = comment.text
                contribution.signed_name = _signed(comment)
                contribution.save(update_fields=["text", "signed_name"])
                continue
            new.append(
                Contribution(
                    organisation_id=mission.organisation_id,
                    mission=mission,
                    voice=comment.round.mission_round.voice,
                    text=comment.text,
                    comment=comment,
                    signed_name=_signed(comment),
                )
            )
        Contribution.objects.bulk_create(new, batch_size=500)
        return len(new)


def _not_yet_taken(mission: Mission) -> QuerySet[Comment]:
    """Comments of its rounds whose words, or whose name, no contribution holds as they are."""
    given = KeyTextTransform(Question.SIGNATURE, "response__answers")
    name = Left(Coalesce(given, Value("")), LONGEST_NAME)
    received = (
        Comment.objects.filter(round__mission_round__mission=mission, question__key=WORDS_KEY)
        .filter(Q(round__confidential=False) | Q(released_at__isnull=False))
        .exclude(text="")
    )
    as_taken = received.annotate(name=name).filter(
        contribution__text=F("text"), contribution__signed_name=F("name")
    )
    return received.exclude(pk__in=as_taken)


def _signed(comment: Comment) -> str:
    """The name that its writer chose to give, if any."""
    given = comment.response.answers.get(Question.SIGNATURE) if comment.response else None
    return str(given or "")[:LONGEST_NAME]


# Themes


@transaction.atomic
def create_theme(
    *, mission: Mission, name: str, contributions: Iterable[Contribution] = ()
) -> Theme:
    """A theme after the others, with these contributions in it."""
    mission = _locked(mission)
    if mission.themes.filter(name__iexact=name).exists():
        raise MissionsError(f"There is already a theme called “{name}”.")
    last = mission.themes.aggregate(last=Max("position"))["last"]
    _advance(mission, Mission.State.THEMES)
    theme = Theme.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        name=name,
        position=0 if last is None else last + 1,
    )
    theme.contributions.add(*contributions)
    return theme


@transaction.atomic
def rename_theme(*, theme: Theme, name: str) -> None:
    mission = _locked(theme.mission)
    if mission.themes.filter(name__iexact=name).exclude(pk=theme.pk).exists():
        raise MissionsError(f"There is already a theme called “{name}”.")
    theme.name = name
    theme.save(update_fields=["name"])


@transaction.atomic
def delete_theme(*, theme: Theme) -> None:
    """Take the theme away; its contributions stay, in their other themes or in none."""
    _locked(theme.mission)
    theme.delete()


@transaction.atomic
def put_in_theme(*, theme: Theme, contributions: Iterable[Contribution]) -> None:
    """Add contributions to a theme; they keep the themes that they are already in."""
    _locked(theme.mission)
    theme.contributions.add(*contributions)


@transaction.atomic
def take_out_of_theme(*, theme: Theme, contributions: Iterable[Contribution]) -> None:
    _locked(theme.mission)
    theme.contributions.remove(*contributions)


# Drafts and adoption


@transaction.atomic
def save_draft(
    *, mission: Mission, text: str, based_on_version: int, author: Membership
) -> tuple[Draft, bool]:
    """Keep a text as the mission's next version; returns the draft and whether it is a new one
    (the same text again is not).

    `based_on_version` is the version that the writer had before them, 0 for none. Where a newer
    one exists, nothing is saved and `StaleDraftError` carries it.
    """
    mission = _locked(mission)
    current = mission.drafts.order_by("-version").first()
    if current is not None and current.text == text:
        return current, False
    if current is not None and current.version != based_on_version:
        raise StaleDraftError(current)
    _advance(mission, Mission.State.DRAFTING)
    draft = Draft.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        version=current.version + 1 if current else 1,
        text=text,
        author=author,
    )
    return draft, True


@transaction.atomic
def adopt(*, mission: Mission, draft: Draft, review_on: dt.date) -> Mission:
    """Make that draft the organisation's mission, from today.

    The one adopted before is retired in the same transaction, and rounds that still ask for words
    are closed, so that what it was made from stays as it is.
    """
    # One at a time in an organisation: two adoptions at once would meet at the constraint.
    Organisation.objects.select_for_update(no_key=True).get(pk=mission.organisation_id)
    mission = _locked(mission)
    if draft.mission_id != mission.pk:
        raise MissionsError("That draft belongs to another mission.")
    today = timezone.localdate(timezone=ZoneInfo(mission.organisation.timezone))
    if review_on <= today:
        raise MissionsError("Choose a review date in the future.")
    for asked in mission.rounds.filter(round__state=Round.State.OPEN).select_related("round"):
        close_asking(asked=asked)
    gather_contributions(mission=mission)
    Mission.objects.filter(
        organisation_id=mission.organisation_id, state=Mission.State.ADOPTED
    ).update(state=Mission.State.RETIRED)
    mission.state = Mission.State.ADOPTED
    mission.statement = draft.text
    mission.adopted_on = today
    mission.review_on = review_on
    mission.save()
    return mission


def record_decision(
    *,
    mission: Mission,
    title: str,
    customer_change: str,
    fit: str,
    outcome: str,
    decided_on: dt.date,
    decided_by: Membership,
) -> Decision:
    """Keep a decision that was tested against the adopted mission."""
    if mission.state != Mission.State.ADOPTED:
        raise MissionsError("Decisions are tested against the adopted mission. Adopt one first.")
    return Decision.objects.create(
        organisation_id=mission.organisation_id,
        mission=mission,
        title=title,
        customer_change=customer_change,
        fit=fit,
        outcome=outcome,
        decided_on=decided_on,
        decided_by=decided_by,
    )


def change_decision(
    *,
    decision: Decision,
    title: str,
    customer_change: str,
    fit: str,
    outcome: str,
    decided_on: dt.date,
) -> None:
    decision.title = title
    decision.customer_change = customer_change
    decision.fit = fit
    decision.outcome = outcome
    decision.decided_on = decided_on
    decision.save(update_fields=["title", "customer_change", "fit", "outcome", "decided_on"])
