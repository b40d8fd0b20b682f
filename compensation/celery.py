"""The Celery application: tasks of seconds, acknowledged late, of which the database knows what is left to do."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compensation.settings")

app = Celery("compensation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
