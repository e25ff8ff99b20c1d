"""Measure one thing; the figures are comparable only within one run."""

import importlib
import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

NAMES = ("answers", "heatmap", "mission", "page", "report", "results", "sending", "start", "stored")


class Command(BaseCommand):
    help = "Measure speed and memory in a folder of its own: " + ", ".join(NAMES)
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=NAMES)
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="print one JSON object"
        )
        parser.add_argument("--scale", type=float, default=1.0, help="more data, more repeats")

    def handle(
        self, *args: object, name: str, as_json: bool, scale: float, **options: object
    ) -> None:
        figures = importlib.import_module(f"focusprog.benches.{name}").run(scale)
        if as_json:
            self.stdout.write(json.dumps(figures))
            return
        width = max(map(len, figures))
        for figure, value in figures.items():
            self.stdout.write(f"{figure:{width}}  {value}")
