"""Starting a mission, and one's own words."""

from collections.abc import Mapping

from django.db import transaction

from missions.examples import EXAMPLES
from missions.models import Contribution, Mission, Reaction, Readiness, Voice
from missions.services.errors import MissionsError, locked
from programme.models import Membership, Organisation, Role


def start_mission(*, organisation: Organisation, title: str, started_by: Membership) -> Mission:
    return Mission.objects.create(organisation=organisation, title=title, started_by=started_by)


@transaction.atomic
def add_words(
    *, mission: Mission, author: Membership, words: Mapping[str, str], readiness: str = ""
) -> None:
    """Keep someone's own words, one text a prompt; an empty text takes that prompt's back.

    A leader's count in the leader's voice, anyone else's in the staff's. `readiness` is the
    leader's own answer to whether they feel it.
    """
    mission = locked(mission)
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


@transaction.atomic
def react(
    *, mission: Mission, membership: Membership, reactions: Mapping[str, bool | None]
) -> None:
    """Keep what examples do to a leader: move them (True) or leave them cold (False); None takes
    a reaction back. Theirs alone: no contribution, and shown to nobody else."""
    mission = locked(mission)
    if not {example.key for example in EXAMPLES}.issuperset(reactions):
        raise MissionsError("There is no such example.")
    for example, moves in reactions.items():
        if moves is None:
            mission.reactions.filter(membership=membership, example=example).delete()
            continue
        Reaction.objects.update_or_create(
            mission=mission,
            membership=membership,
            example=example,
            defaults={"moves": moves, "organisation_id": mission.organisation_id},
        )
