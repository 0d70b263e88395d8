"""Static files with hashed names, so that browsers may keep them for ever; used through settings.STORAGES."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; an uncollected name (tests) falls back to itself."""

    manifest_strict = False

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """By gzip alone.

        A library of the PDF brings brotli along, and WhiteNoise takes what it finds: 2,500 files
        then cost a minute at the first start, for a few kilobytes that a browser loads once.
        """
        return Compressor(use_brotli=False, **kwargs)
