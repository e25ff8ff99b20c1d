"""Load the sample organisation, once."""

import datetime as dt
import random

from django.db import transaction
from django.utils import timezone

from focusprog.sample.brand import make_brand
from focusprog.sample.chain import rate_hand_offs
from focusprog.sample.changes import make_changes
from focusprog.sample.commit import make_commitment
from focusprog.sample.follow_up import make_follow_up
from focusprog.sample.people import Cast, make_cast
from focusprog.sample.places import ask_at_the_lifts
from focusprog.sample.rounds import make_open_rounds, make_past_rounds, make_series, make_surveys
from focusprog.sample.story import make_story
from focusprog.sample.themes import name_themes
from programme.models import Organisation, Period
from programme.periods import Quarter
from programme.services import period_for
from reports.services import request_report

_SEED = 20_417
_QUARTERS = 8


def load_sample(today: dt.date | None = None) -> Cast | None:
    """Make the sample as of `today`; None, and nothing made, where an organisation exists."""
    today = today or timezone.localdate()
    with transaction.atomic():
        if Organisation.objects.exists():
            return None
        luck = random.Random(_SEED)  # noqa: S311  (a story, not a secret)
        cast = make_cast(luck)
        make_brand(cast.organisation)
        now = Quarter.containing(today)
        quarters = [
            period_for(organisation=cast.organisation, quarter=now.shift(back - _QUARTERS))
            for back in range(_QUARTERS)
        ]
        surveys = make_surveys(cast)
        make_past_rounds(cast, make_series(cast, surveys, quarters), quarters, luck)
        name_themes(cast)
        rate_hand_offs(cast, quarters[-1])
        Period.objects.filter(pk__in=[period.pk for period in quarters[:-1]]).update(
            closed_at=timezone.now()
        )
        current = period_for(organisation=cast.organisation, quarter=now)
        make_open_rounds(cast, surveys, current)
        ask_at_the_lifts(cast, current)
        make_story(cast, quarters, today)
        make_commitment(cast, quarters)
        make_follow_up(cast, today)
        make_changes(cast)
        request_report(organisation=cast.organisation, period=quarters[-1], built_by=None)
    return cast
