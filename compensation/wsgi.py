"""What gunicorn serves."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compensation.settings")
# Threads take turns ten times as often as Python has it: a page of many short queries gives its turn up at each of
# them, and must not wait 5 ms for every thread that computes before it goes on (docs/performance.md).
sys.setswitchinterval(0.0005)
application = get_wsgi_application()
