"""Closed lists of words that only the forms knew: position source, year source, origin, a group's duty."""

from django.db import migrations, models

DUTIES = ["city", "other_owner", "stand", "none"]
ORIGINS = ["survey", "import", "demo"]
POSITION_SOURCES = ["gnss", "aerial", "survey", "map", "estimated", "import", "unknown"]


class Migration(migrations.Migration):
    dependencies = [("baumkataster", "0002_value_guards")]

    operations = [
        migrations.AddConstraint(
            model_name="tree",
            constraint=models.CheckConstraint(
                name="tree_position_source_known",
                condition=models.Q(position_source__in=POSITION_SOURCES),
            ),
        ),
        migrations.AddConstraint(
            model_name="tree",
            constraint=models.CheckConstraint(
                name="tree_year_source_known",
                condition=models.Q(planted_year_source__in=["", "known", "estimated"]),
            ),
        ),
        migrations.AddConstraint(
            model_name="tree",
            constraint=models.CheckConstraint(
                name="tree_origin_known", condition=models.Q(origin__in=ORIGINS)
            ),
        ),
        migrations.AddConstraint(
            model_name="treegroup",
            constraint=models.CheckConstraint(
                name="group_duty_known", condition=models.Q(duty__in=DUTIES)
            ),
        ),
        migrations.AddConstraint(
            model_name="treegroup",
            constraint=models.CheckConstraint(
                name="group_origin_known", condition=models.Q(origin__in=ORIGINS)
            ),
        ),
    ]
