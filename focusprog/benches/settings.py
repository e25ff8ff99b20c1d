"""The programme's settings, with one bare page more."""

from focusprog.settings import *  # noqa: F403

ROOT_URLCONF = "focusprog.benches.urls"
