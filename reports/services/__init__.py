"""Building, approving and sending board reports."""

from reports.services.approval import freeze_report, review_report, write_words
from reports.services.building import (
    DEAD_AFTER,
    MOST_ATTEMPTS,
    build_report,
    print_kept,
    request_report,
    sweep,
    waiting_and_dead,
)
from reports.services.errors import ReportsError
from reports.services.links import link_for, note_download, withdraw_link
from reports.services.preferences import save_settings
from reports.services.sending import send_report

__all__ = [
    "DEAD_AFTER",
    "MOST_ATTEMPTS",
    "ReportsError",
    "build_report",
    "freeze_report",
    "link_for",
    "note_download",
    "print_kept",
    "request_report",
    "review_report",
    "save_settings",
    "send_report",
    "sweep",
    "waiting_and_dead",
    "withdraw_link",
    "write_words",
]
