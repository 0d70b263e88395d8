"""How often the worker begins a job again that was torn; for the tasks of both apps."""

from typing import Final

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy

#: The database server was started anew or changed over to another one.
AGAIN: Final = RetryStrategy(
    max_attempts=5, wait=5, retry_exceptions=[OperationalError, InterfaceError]
)
