"""The door for the web server (gunicorn); with --preload this runs once, before its processes begin."""

import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baumkataster.settings")
# Modules stay: nobody needs to look for garbage among them, neither now nor after a fork, where
# looking would copy the memory that the processes share.
gc.disable()
whole = get_wsgi_application()
# After the apps that it speaks of.
application = import_module("geodata.web.tile_visitors").KnownTileVisitors(whole)
# Every address with what it needs, which the first visitor would wait for otherwise.
import_module("baumkataster.urls")
gc.freeze()
gc.enable()

# After the settings, which say where the counters of the processes are kept.
from baumkataster.metrics import folder_of_processes, forget_dead_processes  # noqa: E402

if (folder := folder_of_processes()) is not None:
    forget_dead_processes(folder)
