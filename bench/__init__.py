"""What is measured, against the raw limit of the database; each module is a command of its own."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baumkataster.settings")
django.setup()
