"""A client of the API for tests: JSON in and out, If-Match by version."""

from typing import Any

from django.test import Client

from baumkataster.models import User

V1 = "/api/v1"


class ApiClient:
    """Signed in as one person, or as nobody."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(V1 + path, query or {}, headers=headers)

    def json(self, path: str, query: dict[str, Any] | None = None) -> Any:
        answer = self.get(path, query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def send(self, method: str, path: str, body: Any, version: int | None = None) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        call = getattr(self.client, method)
        return call(V1 + path, body, content_type="application/json", headers=headers)

    def post(self, path: str, body: Any, version: int | None = None) -> Any:
        return self.send("post", path, body, version)

    def patch(self, path: str, body: Any, version: int | None = None) -> Any:
        return self.send("patch", path, body, version)


def lonlat(point: Any) -> dict[str, Any]:
    """A stored point as GeoJSON in degrees."""
    degrees = point.clone()
    degrees.transform(4326)
    return {"type": "Point", "coordinates": [degrees.x, degrees.y]}
