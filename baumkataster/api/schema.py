"""Completes the OpenAPI document: every "no" of errors.py, and collections as pages hold them.

Named in settings as drf-spectacular's last hook; tests/attacks/test_schema.py holds the document
and the answers together.
"""

from collections.abc import Iterator
from typing import Any, Final

#: Shape of a refusal by status; errors.py makes them.
_DETAIL: Final = {
    "type": "object",
    "properties": {"detail": {"type": "string"}},
    "required": ["detail"],
}
_ERRORS: Final = {
    "type": "object",
    "properties": {
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        }
    },
    "required": ["errors"],
}
_CONFLICT: Final = {
    "type": "object",
    "properties": {
        "current": {"type": "object", "additionalProperties": {}},
        "conflicts": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": {}},
        },
    },
    "required": ["current", "conflicts"],
}
COMPONENTS: Final = {"Refusal": _DETAIL, "Problems": _ERRORS, "Conflict": _CONFLICT}
#: status -> component, description.
ALWAYS: Final = {
    "400": ("Problems", "The input is wrong: sentences by field."),
    "401": ("Refusal", "Nobody is signed in, or the sign-in was refused."),
    "403": ("Refusal", "The role does not open this door."),
    "429": ("Refusal", "Too many requests; Retry-After says when to come back."),
}
WITH_KEY: Final = {"404": ("Refusal", "There is none, or not for this person.")}
WITH_BODY: Final = {
    "404": ("Refusal", "A row that the body names is not there, or not for this person."),
    "413": ("Refusal", "The body is too large."),
    "415": ("Refusal", "The content type is not understood."),
}
WITH_VERSION: Final = {
    "412": ("Conflict", "Somebody else changed the row meanwhile."),
    "428": ("Refusal", "The header If-Match is missing."),
}


def complete(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """The document with all answers; ``result`` is changed in place."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(COMPONENTS)
    for schema in schemas.values():
        _flatten_collection(schema, schemas)
    for path, method, operation in _operations(result):
        for status, (name, words) in _refusals(path, method, operation).items():
            operation["responses"].setdefault(status, _answer(name, words))
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _refusals(path: str, method: str, operation: dict[str, Any]) -> dict[str, tuple[str, str]]:
    found = dict(ALWAYS)
    if "{" in path:
        found |= WITH_KEY
    if method in {"post", "patch", "put"}:
        found |= WITH_BODY
    if any(p.get("name") == "If-Match" for p in operation.get("parameters", [])):
        found |= WITH_VERSION
    return found


def _answer(name: str, words: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"description": words, "content": {"application/json": {"schema": reference}}}


def _flatten_collection(schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """A page's ``features`` are the collection's features, not the collection itself."""
    features = schema.get("properties", {}).get("features", {})
    name = str(features.get("$ref", "")).rpartition("/")[2]
    inner = schemas.get(name, {}).get("properties", {}).get("features")
    if inner is not None:
        schema["properties"]["features"] = inner
