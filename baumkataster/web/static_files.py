"""Static files with hashed names, so that browsers may keep them for ever; used through settings.STORAGES."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; an uncollected name (tests) falls back to itself."""

    manifest_strict = False
