"""The door for the web server (gunicorn); with --preload this runs once, before its processes begin."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baumkataster.settings")
application = get_wsgi_application()

# After the settings, which say where the counters of the processes are kept.
from baumkataster.metrics import folder_of_processes, forget_dead_processes  # noqa: E402

if (folder := folder_of_processes()) is not None:
    forget_dead_processes(folder)
