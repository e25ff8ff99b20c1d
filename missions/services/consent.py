"""Consent: who loves a draft, who can live with it, who objects, and what becomes of that."""

from django.db import transaction
from django.utils import timezone

from feedback import queries as feedback_queries
from feedback import services as feedback
from feedback.models import Question, Round
from missions import agreement, questions
from missions.models import Consent, ConsentAnswer, Draft, Mission, Voice
from missions.services.asking import open_mission_round
from missions.services.errors import MissionsError, locked
from programme.models import Membership

CHOICE_KEY = "consent"
REASON_KEY = "reason"
CHANGE_KEY = "change"
REASON_MISSING = "No reason was given."


@transaction.atomic
def open_consent(
    *, mission: Mission, draft: Draft, ask_staff: bool, message: str, opened_by: Membership
) -> Consent:
    """Ask every member in the app, and staff by email where `ask_staff`, whether that draft may
    become the mission. One asking at a time; only the latest one counts."""
    mission = locked(mission)
    if draft.mission_id != mission.pk:
        raise MissionsError("That draft belongs to another mission.")
    settle_consent(mission=mission)
    if mission.consents.filter(closed_at=None).exists():
        raise MissionsError("Consent is being asked already: close that first.")
    opened = _open_round(mission, draft, message, opened_by) if ask_staff else None
    return Consent.objects.create(
        organisation_id=mission.organisation_id, mission=mission, draft=draft, round=opened
    )


def _open_round(mission: Mission, draft: Draft, message: str, opened_by: Membership) -> Round:
    return open_mission_round(
        mission=mission,
        voice=Voice.STAFF,
        asked=questions.to_consent(
            organisation_name=mission.organisation.name, statement=draft.text
        ),
        specs=[
            feedback.QuestionSpec(
                key=CHOICE_KEY,
                kind=Question.Kind.CONSENT,
                text="May this become our mission?",
                required=True,
            ),
            feedback.QuestionSpec(
                key=REASON_KEY,
                kind=Question.Kind.LONG_TEXT,
                text="If you object: why?",
            ),
            feedback.QuestionSpec(
                key=CHANGE_KEY,
                kind=Question.Kind.LONG_TEXT,
                text="And what would have to change?",
            ),
        ],
        message=message,
        asked_by=opened_by,
    )


@transaction.atomic
def answer_consent(
    *, consent: Consent, membership: Membership, choice: str, reason: str, change_asked: str
) -> None:
    """Keep a member's own answer; they may change it until the close."""
    mission = locked(consent.mission)
    settle_consent(mission=mission)
    consent = Consent.objects.get(pk=consent.pk)
    if consent.closed_at is not None:
        raise MissionsError("This has closed, so answers stay as they are.")
    objects = choice == ConsentAnswer.Choice.OBJECT
    if objects and not (reason.strip() and change_asked.strip()):
        raise MissionsError("An objection needs its reason and the change you ask for.")
    ConsentAnswer.objects.update_or_create(
        consent=consent,
        membership=membership,
        defaults={
            "organisation_id": mission.organisation_id,
            "choice": choice,
            "reason": reason if objects else "",
            "change_asked": change_asked if objects else "",
        },
    )


@transaction.atomic
def close_consent(*, consent: Consent) -> None:
    """Take no more answers and show them to everyone; closed, it stays so."""
    mission = locked(consent.mission)
    consent = Consent.objects.select_related("round").get(pk=consent.pk)
    if consent.closed_at is not None:
        return
    if consent.round is not None:
        try:
            feedback.close_round(round=consent.round)
        except feedback.FeedbackError as problem:
            raise MissionsError(str(problem)) from problem
        settle_consent(mission=mission)
    else:
        consent.closed_at = timezone.now()
        consent.save(update_fields=["closed_at"])


def settle_consent(*, mission: Mission) -> None:
    """Bring in the staff's answers once their round has closed, by itself or by hand: with it the
    consent is closed."""
    waiting = Consent.objects.filter(
        mission=mission, closed_at=None, round__state=Round.State.CLOSED
    )
    if not waiting.exists():
        return
    with transaction.atomic():
        Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
        for consent in waiting.select_related("round"):
            if consent.round is not None:
                answers = _answers(consent, consent.round)
                ConsentAnswer.objects.bulk_create(answers, batch_size=500)
                consent.closed_at = consent.round.closed_at
                consent.save(update_fields=["closed_at"])


def _answers(consent: Consent, closed: Round) -> list[ConsentAnswer]:
    """The staff's answers, in random order. Who answered in the app as well counts once: there."""
    members = consent.answers.filter(membership__isnull=False)
    emails = members.values_list("membership__user__email", flat=True)
    answered = {email.casefold() for email in emails}
    received = feedback_queries.submitted(round=closed).select_related("invitation__person")
    found = []
    for response in received.order_by("pk"):
        person = response.invitation.person if response.invitation else None
        choice = response.answers.get(CHOICE_KEY)
        if choice is None or (person and person.email.casefold() in answered):
            continue
        objects = choice == ConsentAnswer.Choice.OBJECT
        found.append(
            ConsentAnswer(
                organisation_id=consent.organisation_id,
                consent=consent,
                response=response,
                choice=choice,
                reason=(response.answers.get(REASON_KEY) or REASON_MISSING) if objects else "",
                change_asked=response.answers.get(CHANGE_KEY, "") if objects else "",
            )
        )
    return found


@transaction.atomic
def withdraw_objection(*, answer: ConsentAnswer, membership: Membership) -> None:
    """Take one's own objection back, after the close; it stays on record as withdrawn."""
    found = _objection(answer)
    if found.membership_id != membership.pk:
        raise MissionsError("Only whoever objected can withdraw it.")
    if found.withdrawn_at is None:
        found.withdrawn_at = timezone.now()
        found.save(update_fields=["withdrawn_at"])


@transaction.atomic
def override_objection(*, answer: ConsentAnswer, because: str, by: Membership) -> None:
    """Let the mission be adopted in spite of an objection; the public page shows why."""
    found = _objection(answer)
    if not because.strip():
        raise MissionsError("Say why: the public page shows it.")
    if found.withdrawn_at is not None:
        raise MissionsError("This objection has been withdrawn, so there is nothing to override.")
    found.overridden_because = because
    found.overridden_by = by
    found.save(update_fields=["overridden_because", "overridden_by"])


def _objection(answer: ConsentAnswer) -> ConsentAnswer:
    """An objection that everyone can see, with its mission held."""
    locked(answer.consent.mission)
    found = ConsentAnswer.objects.select_related("consent").get(pk=answer.pk)
    if found.choice != ConsentAnswer.Choice.OBJECT or found.consent.closed_at is None:
        raise MissionsError("There is no objection here to deal with.")
    return found


def check_consent(mission: Mission) -> None:
    """Refuse adoption while consent is being asked, or an objection of the latest asking stands.

    A mission whose leaders never asked for consent is not held up.
    """
    settle_consent(mission=mission)
    latest = mission.consents.first()
    if latest is None:
        return
    if latest.closed_at is None:
        raise MissionsError("Consent is still being asked. Close it first, and read what was said.")
    if standing := agreement.standing(latest).count():
        one = standing == 1
        raise MissionsError(
            f"{standing} objection{' stands' if one else 's stand'}. Change the draft and ask "
            f"again, or say publicly why you adopt it all the same."
        )
