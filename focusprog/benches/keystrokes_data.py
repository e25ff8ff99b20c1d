"""What `bench mission` types beside: contributions in twenty themes, and a draft.

Runs in a process of its own beside the programme (`manage.py shell`), on the folder's database.
"""

import json

from django.urls import reverse

from accounts.models import User
from accounts.signin import signin_url
from focusprog.benches.mission import DRAFT, made_up
from missions import services
from missions.models import Contribution, Voice
from programme.models import Membership
from programme.services import create_organisation

_THEMES = 20


def fill(base_url: str, contributions: int) -> None:
    """Make a mission and print as JSON its leader's link and the path of its draft."""
    leader = User.objects.create_user("bench@example.com", None, name="Robin Lane")
    organisation = create_organisation(name="Five thousand words", leader=leader)
    by = Membership.objects.get(organisation=organisation, user=leader)
    mission = services.start_mission(organisation=organisation, title="Words", started_by=by)
    services.add_words(mission=mission, author=by, words={"feel": "Proud of it."})
    voices = (Voice.STAFF, Voice.CUSTOMER)
    said = Contribution.objects.bulk_create(
        (
            Contribution(organisation=organisation, mission=mission, voice=voices[n % 2], text=text)
            for n, text in enumerate(made_up(contributions))
        ),
        batch_size=1000,
    )
    for number in range(_THEMES):
        name = f"What they want, part {number + 1}"
        services.create_theme(mission=mission, name=name, contributions=said[number::_THEMES])
    services.save_draft(mission=mission, text=DRAFT, based_on_version=0, author=by)
    where = {"organisation": organisation.slug, "mission": mission.pk}
    print(
        json.dumps(
            {
                "link": signin_url(leader, base_url=base_url),
                "page": reverse("missions:draft", kwargs=where),
            }
        )
    )
