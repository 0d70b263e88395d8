#!/usr/bin/env python
"""Django's door: commands run as the app role, only those that change the schema as its owner."""

import gc
import os
import sys

import django
from django.core.management import execute_from_command_line

#: Commands that run as the owner of the tables where its address is known; all others must not be
#: able to alter them. A large demo city sets indexes aside while it is loaded.
OWNER_COMMANDS = frozenset({"migrate", "demo_city"})


def main() -> None:
    """Choose the database role by the command, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baumkataster.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["BAUM_DB_ROLE"] = "owner"
    # Modules stay: to look for garbage among them while they are read takes a sixth of a start.
    gc.disable()
    django.setup()
    gc.freeze()
    gc.enable()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
