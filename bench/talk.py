"""One kept connection that answers with status and body, as a browser or tablet holds it open."""

import http.client
from urllib.parse import urlsplit


class Talk:
    """Requests one after the other; a connection that the server closed is opened again once."""

    def __init__(self, url: str, headers: dict[str, str], *, timeout: float = 120) -> None:
        self._place = urlsplit(url).netloc
        self._headers = headers
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Status and whole body.

        Raises:
            OSError, http.client.HTTPException: the line broke.
        """
        kept = self._connection is not None
        try:
            return self._once(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if not kept:
                raise
            return self._once(method, path, body, headers)

    def _once(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._place, timeout=self._timeout)
        try:
            self._connection.request(method, path, body, self._headers | headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except BaseException:
            self.close()
            raise
        self.headers = answer.headers
        if answer.will_close:
            self.close()
        return answer.status, content

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
