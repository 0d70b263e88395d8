#!/usr/bin/env python
"""Django's door: every command runs as the app role, only those that change the schema as its owner."""

import os
import sys

from django.core.management import execute_from_command_line

#: Commands that need the owner of the tables; all others must not be able to alter them.
OWNER_COMMANDS = frozenset({"migrate"})


def main() -> None:
    """Choose the database role by the command, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baumkataster.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["BAUM_DB_ROLE"] = "owner"
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
