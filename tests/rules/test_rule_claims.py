"""Which role a provider's words give."""

import pytest

from baumkataster.rules.claims import role_of

ROLES = [("Verwaltung", "administrator"), ("CN=Baum,OU=Amt", "arborist"), ("planer", "planner")]


@pytest.mark.parametrize(
    ("claims", "path", "role"),
    [
        ({"groups": ["planer", "Verwaltung"]}, "groups", "administrator"),
        ({"groups": ["/planer"]}, "groups", "planner"),
        ({"roles": "planer"}, "roles", "planner"),
        ({"realm_access": {"roles": ["planer"]}}, "realm_access.roles", "planner"),
        ({"https://a.b/rollen": ["planer"]}, "https://a.b/rollen", "planner"),
        ({"groups": ["CN=Baum,OU=Amt"]}, "groups", "arborist"),
        ({"groups": ["Planer", "planer2", 7, None]}, "groups", None),
        ({"groups": {"planer": True}}, "groups", None),
        ({"realm_access": "planer"}, "realm_access.roles", None),
        ({}, "groups", None),
    ],
)
def test_the_first_word_of_the_setting_counts(claims, path, role):
    assert role_of(claims, path=path, roles=ROLES) == role
