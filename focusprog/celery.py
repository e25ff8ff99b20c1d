"""The Celery application: it wakes work that the database remembers."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "focusprog.settings")

app = Celery("focusprog")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery keeps its current application by thread; the web server's threads ask for the default.
app.set_default()
