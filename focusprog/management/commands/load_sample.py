import json
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.signin import signin_url
from focusprog.sample import company
from focusprog.sample.load import load_sample
from programme.models import Membership, Role


class Command(BaseCommand):
    help = "Make the sample organisation in an empty database; print its users' sign-in links."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", default=settings.BASE_URL)

    def handle(self, *args: object, base_url: str, **options: object) -> None:
        load_sample()
        sample = Membership.objects.filter(organisation__slug=company.SLUG).select_related("user")
        links = {
            membership.role: signin_url(membership.user, base_url=base_url)
            for membership in sorted(sample, key=lambda one: list(Role).index(Role(one.role)))
            if membership.user.email.endswith(f"@{company.EMAIL_DOMAIN}")
        }
        self.stdout.write(json.dumps({"links": links}))
