"""Consent: who loves a draft, who can live with it, who objects, and what becomes of that."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from feedback import queries as feedback_queries
from feedback import services as feedback
from feedback.models import Question, Round
from missions import agreement, questions
from missions.models import Consent, ConsentAnswer, ConsentRound, Draft, Mission, Voice
from missions.services.asking import open_mission_round
from missions.services.errors import MissionsError, locked
from missions.services.telling import (
    tell_objector,
    tell_of_new_version,
    tell_of_standing_objection,
)
from programme.models import Membership, Role

CHOICE_KEY = "consent"
REASON_KEY = "reason"
CHANGE_KEY = "change"
OBJECT = ConsentAnswer.Choice.OBJECT
REASON_MISSING = "No reason was given."


@transaction.atomic
def open_consent(*, mission: Mission, draft: Draft) -> Consent:
    """Ask every member in the app whether that draft may become the mission. One asking at a
    time; only the latest one counts. Whoever objected to the one before by link is told where
    the statement has changed since."""
    mission = locked(mission)
    if draft.mission_id != mission.pk:
        raise MissionsError("That draft belongs to another mission.")
    settle_consent(mission=mission)
    before = mission.consents.first()
    if before is not None and before.closed_at is None:
        raise MissionsError("Consent is being asked already: close that first.")
    if before is not None and before.draft_id != draft.pk:
        objected = agreement.standing(before).exclude(response=None)
        tell_of_new_version(
            answers=objected.select_related("response__invitation__person"), draft=draft
        )
    return Consent.objects.create(
        organisation_id=mission.organisation_id, mission=mission, draft=draft
    )


@transaction.atomic
def ask_consent(
    *,
    consent: Consent,
    voice: str,
    message: str,
    asked_by: Membership,
    selection: Mapping[str, Any] | None = None,
) -> ConsentRound:
    """Ask that voice too, or those of them that `selection` names, by email."""
    mission = locked(consent.mission)
    settle_consent(mission=mission)
    consent = Consent.objects.select_related("draft").get(pk=consent.pk)
    if consent.closed_at is not None:
        raise MissionsError("This has closed. Ask again about the latest version.")
    if consent.rounds.filter(voice=voice).exists():
        raise MissionsError("They have been asked already.")
    opened = open_mission_round(
        mission=mission,
        voice=voice,
        asked=questions.to_consent(
            organisation_name=mission.organisation.name, statement=consent.draft.text
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
        asked_by=asked_by,
        selection=selection,
    )
    return ConsentRound.objects.create(
        organisation_id=mission.organisation_id, consent=consent, voice=voice, round=opened
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
    objects = choice == OBJECT
    if objects and not (reason.strip() and change_asked.strip()):
        raise MissionsError("An objection needs its reason and the change you ask for.")
    ConsentAnswer.objects.update_or_create(
        consent=consent,
        membership=membership,
        defaults={
            "organisation_id": mission.organisation_id,
            "voice": Voice.LEADER if membership.role == Role.LEADER else Voice.STAFF,
            "choice": choice,
            "reason": reason if objects else "",
            "change_asked": change_asked if objects else "",
        },
    )


@transaction.atomic
def close_consent(*, consent: Consent) -> None:
    """Take no more answers and show them to everyone; closed, it stays so."""
    mission = locked(consent.mission)
    consent = Consent.objects.get(pk=consent.pk)
    if consent.closed_at is not None:
        return
    asked = list(consent.rounds.select_related("round"))
    for one in asked:
        try:
            feedback.close_round(round=one.round)
        except feedback.FeedbackError as problem:
            raise MissionsError(str(problem)) from problem
    if asked:
        settle_consent(mission=mission)
    else:
        consent.closed_at = timezone.now()
        consent.save(update_fields=["closed_at"])


def settle_consent(*, mission: Mission) -> None:
    """Bring in the answers that came by link once every round has closed, by itself or by hand:
    with the last of them the consent is closed."""
    if not _all_closed(mission).exists():
        return
    with transaction.atomic():
        Mission.objects.select_for_update(no_key=True).get(pk=mission.pk)
        for consent in _all_closed(mission):
            asked = list(consent.rounds.select_related("round"))
            answers = [answer for one in asked for answer in _answers(consent, one)]
            ConsentAnswer.objects.bulk_create(answers, batch_size=500)
            consent.closed_at = max(one.round.closed_at or timezone.now() for one in asked)
            consent.save(update_fields=["closed_at"])
            tell_of_standing_objection(answers=[one for one in answers if one.choice == OBJECT])


def _all_closed(mission: Mission) -> QuerySet[Consent]:
    """Askings not closed yet, of which every round is; those without any are closed by hand."""
    asked = ConsentRound.objects.filter(consent=OuterRef("pk"))
    return Consent.objects.filter(
        Exists(asked),
        ~Exists(asked.exclude(round__state=Round.State.CLOSED)),
        mission=mission,
        closed_at=None,
    )


def _answers(consent: Consent, asked: ConsentRound) -> list[ConsentAnswer]:
    """A voice's answers, in random order. Who answered in the app as well counts once: there."""
    members = consent.answers.filter(membership__isnull=False)
    emails = members.values_list("membership__user__email", flat=True)
    answered = {email.casefold() for email in emails}
    received = feedback_queries.submitted(round=asked.round).select_related("invitation__person")
    found = []
    for response in received.order_by("pk"):
        person = response.invitation.person if response.invitation else None
        choice = response.answers.get(CHOICE_KEY)
        if choice is None or (person and person.email.casefold() in answered):
            continue
        objects = choice == OBJECT
        found.append(
            ConsentAnswer(
                organisation_id=consent.organisation_id,
                consent=consent,
                response=response,
                voice=asked.voice,
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
    _withdraw(found)


@transaction.atomic
def withdraw_objection_by_link(*, answer: ConsentAnswer) -> None:
    """The same for whoever holds the link of an objection that came by link."""
    _withdraw(_objection(answer))


def _withdraw(found: ConsentAnswer) -> None:
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
    tell_objector(answer=found)


def _objection(answer: ConsentAnswer) -> ConsentAnswer:
    """An objection that everyone can see, with its mission held."""
    locked(answer.consent.mission)
    found = ConsentAnswer.objects.select_related("consent__mission__organisation").get(pk=answer.pk)
    if found.choice != OBJECT or found.consent.closed_at is None:
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


def what_holds_up(*, mission: Mission) -> str:
    """Why adoption would be refused now, in words for the leader; empty where nothing would."""
    try:
        check_consent(mission)
    except MissionsError as problem:
        return str(problem)
    return ""
