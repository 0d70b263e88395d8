"""The web server's worker class (gunicorn, gthread), for whom one request is seldom the last.

Between two requests gunicorn hands a kept connection to its main thread and takes it back: two
changes of thread, which cost as much as a tile that is known already. A map asks for its tiles one
after another, so the thread that has answered stays with the connection for a moment.
"""

import select
from threading import Semaphore
from typing import Any, Final

from gunicorn.workers.gthread import ThreadWorker

#: How long a thread stays; a person's pauses are longer, a program's are shorter.
LINGER_MILLISECONDS: Final = 10


class Lingering(ThreadWorker):
    """Answers several requests of a connection in one thread while nobody else waits for one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Half of the threads are always free for connections that are with the main thread.
        self.staying = Semaphore(self.cfg.threads // 2)

    def handle(self, conn: Any) -> Any:
        """Answer; whether the connection goes back to the main thread (a word of gunicorn's)."""
        again = super().handle(conn)
        while again is True and self._more_soon(conn):
            again = super().handle(conn)
        return again

    def _more_soon(self, conn: Any) -> bool:
        """Whether the next request comes while the thread may wait for it."""
        if not self.alive or conn.is_http2 or self._others_wait():
            return False
        if conn.parser.unreader.buf.getvalue() or not self.staying.acquire(blocking=False):
            return False
        try:
            poll = select.poll()
            poll.register(conn.sock, select.POLLIN)
            return bool(poll.poll(LINGER_MILLISECONDS))
        finally:
            self.staying.release()

    def _others_wait(self) -> bool:
        return not self.tpool._work_queue.empty()
