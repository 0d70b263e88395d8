"""Words of a tree's life: status, duty, phase, and where its data come from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TreeStatus(models.TextChoices):
    """Where in its life a tree is; planted, standing and unverified trees stand (STANDING_STATUSES)."""

    PLANNED = "planned", _("geplant")
    PLANTED = "planted", _("gepflanzt")
    STANDING = "standing", _("Bestand")
    FELLED = "felled", _("gefällt")
    STUMP = "stump", _("Stubben")
    VANISHED = "vanished", _("verschwunden")
    UNVERIFIED = "unverified", _("ungeprüft")


STANDING_STATUSES = (TreeStatus.PLANTED, TreeStatus.STANDING, TreeStatus.UNVERIFIED)


class Duty(models.TextChoices):
    """Whose duty the traffic safety of a tree is; only ``city`` puts it under control."""

    CITY = "city", _("Stadt")
    OTHER_OWNER = "other_owner", _("anderer Eigentümer")
    STAND = "stand", _("flächiger Bestand, keine Einzelkontrolle")
    NONE = "none", _("keine Kontrollpflicht")


class Phase(models.TextChoices):
    """Entwicklungsphase (FLL-Baumkontrollrichtlinien 2020: exactly three)."""

    YOUTH = "youth", _("Jugendphase")
    MATURE = "mature", _("Reifephase")
    AGING = "aging", _("Alterungsphase")


class PositionSource(models.TextChoices):
    """How the position was found."""

    GNSS = "gnss", _("GNSS")
    AERIAL = "aerial", _("Luftbild")
    SURVEY = "survey", _("Einmessung")
    MAP = "map", _("Karte")
    ESTIMATED = "estimated", _("geschätzt")
    IMPORT = "import", _("Übernahme")
    UNKNOWN = "unknown", _("unbekannt")


class YearSource(models.TextChoices):
    """Whether a planting year is known or a guess."""

    KNOWN = "known", _("bekannt")
    ESTIMATED = "estimated", _("geschätzt")


class Origin(models.TextChoices):
    """How a record came into the cadastre."""

    SURVEY = "survey", _("Erhebung")
    IMPORT = "import", _("Import")
    DEMO = "demo", _("Demostadt")
