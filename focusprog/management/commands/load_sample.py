import json
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.signin import signin_url
from focusprog.sample.load import load_sample


class Command(BaseCommand):
    help = "Make the sample organisation in an empty database; prints its sign-in links as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", default=settings.BASE_URL)

    def handle(self, *args: object, base_url: str, **options: object) -> None:
        cast = load_sample()
        if cast is None:
            self.stdout.write("{}")
            return
        links = {
            role.value: signin_url(member.user, base_url=base_url)
            for role, member in cast.members.items()
        }
        self.stdout.write(json.dumps({"organisation": cast.organisation.slug, "links": links}))
