"""Measure one thing; the figures are comparable only within one run."""

import importlib
import json
import pkgutil
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from focusprog import benches

NAMES = sorted(
    module.name for module in pkgutil.iter_modules(benches.__path__) if module.name != "programme"
)


class Command(BaseCommand):
    help = "Measure speed and memory in a folder of its own: " + ", ".join(NAMES)
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=NAMES)
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--scale", type=float, default=1.0, help="more data, more repeats")

    def handle(self, *args: object, name: str, json: bool, scale: float, **options: object) -> None:
        figures = importlib.import_module(f"focusprog.benches.{name}").run(scale)
        self.stdout.write(_as_json(figures) if json else _as_lines(figures))


def _as_json(figures: dict[str, float | int | str]) -> str:
    return json.dumps(figures)


def _as_lines(figures: dict[str, float | int | str]) -> str:
    width = max(map(len, figures))
    return "\n".join(f"{name:{width}}  {value}" for name, value in figures.items())
