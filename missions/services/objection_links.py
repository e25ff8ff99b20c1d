"""The personal link of an objection that came by link: with it, whoever objected can withdraw."""

from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.urls import reverse

from missions.models import ConsentAnswer

_SALT = "missions.objection"


def objection_link(answer: ConsentAnswer) -> str:
    """Its whole address; signed, so that nobody can make one for somebody else's objection."""
    token = signing.dumps(answer.pk, salt=_SALT)
    return urljoin(settings.BASE_URL, reverse("objection", args=[token]))


def read_objection_link(token: str) -> ConsentAnswer | None:
    """Whose it is; None for one that is forged, or of an answer that is gone."""
    try:
        key = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    found = ConsentAnswer.objects.select_related("consent__mission__organisation", "consent__draft")
    return found.filter(pk=key, choice=ConsentAnswer.Choice.OBJECT).first()
