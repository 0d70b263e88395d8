"""A private bucket as Django's storage; when it is down, everybody hears the same clear exception."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3File, S3Storage


class StorageDown(OSError):
    """The bucket cannot be reached or refuses us; whoever asked may ask again later."""


@contextmanager
def _clearly() -> Iterator[None]:
    """Turn the library's many exceptions into one; a missing file stays FileNotFoundError."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise StorageDown(type(error).__name__) from error


class Bucket(S3Storage):
    """Files travel through the product: there is no address at which a browser could read them."""

    def _open(self, name: str, mode: str = "rb") -> S3File:
        """Fetched here and now, so that what is wrong is known before an answer begins."""
        with _clearly():
            found: S3File = super()._open(name, mode)
            if "r" in mode:
                _ = found.file
            return found

    def _save(self, name: str, content: Any) -> str:
        with _clearly():
            saved: str = super()._save(name, content)
            return saved

    def delete(self, name: str) -> None:
        """Remove a file; a missing one is no fault."""
        with _clearly():
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        with _clearly():
            found: bool = super().exists(name)
            return found

    def url(self, name: str, *_: Any, **__: Any) -> str:
        """None: photos are served by web/photos.py behind their door.

        Raises:
            ValueError: always.
        """
        raise ValueError("files of the bucket have no address")
