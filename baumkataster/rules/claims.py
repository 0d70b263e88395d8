"""Reads a role out of what a sign-in provider says of a person; used at each sign-in by OIDC."""

from collections.abc import Mapping, Sequence


def words_at(claims: Mapping[str, object], path: str) -> frozenset[str]:
    """The texts under ``path``: a claim of that very name, else a way with dots (realm_access.roles)."""
    found: object = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset([found])
    if isinstance(found, list):
        return frozenset(word for word in found if isinstance(word, str))
    return frozenset()


def role_of(
    claims: Mapping[str, object], *, path: str, roles: Sequence[tuple[str, str]]
) -> str | None:
    """The first of ``roles`` (their word, our role) that the claims name; None: no way in."""
    words = words_at(claims, path)
    # Keycloak writes groups as paths: "/Baum-Kontrolle" is meant by "Baum-Kontrolle".
    plain = words | {word.lstrip("/") for word in words}
    return next((role for word, role in roles if word in plain), None)
