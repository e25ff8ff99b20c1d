"""How many new answers may come through one link from one address, so that a script is stopped and
an office or a waiting room behind one address is not."""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from feedback.models import OpenLink

MOST = 100
SECONDS = 600


def is_flood(request: HttpRequest, link: OpenLink) -> bool:
    """Count one more new answer; whether it is one too many."""
    address = str(get_adapter().get_client_ip(request))
    # The address itself is not kept, not even for ten minutes.
    mark = hashlib.sha256(f"{link.token}:{address}".encode()).hexdigest()[:32]
    key = f"open-link:{mark}"
    cache.add(key, 0, SECONDS)
    try:
        return int(cache.incr(key)) > MOST
    except ValueError:  # it ran out just now: a new count begins
        cache.add(key, 1, SECONDS)
        return False
