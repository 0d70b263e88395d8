"""Settings of kept files: a folder, or a bucket of S3-compatible storage; read by settings.py."""

import os

from botocore.config import Config

from baumkataster import environment

S3_ENDPOINT = os.environ.get("BAUM_S3_ENDPOINT", "")
S3_BUCKET = os.environ.get("BAUM_S3_BUCKET", "")
#: Where photos, import files and reports lie; nobody but the product reads there.
FILES: dict[str, object] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
if S3_BUCKET:
    FILES = {
        "BACKEND": "baumkataster.files.Bucket",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT or None,
            "access_key": os.environ.get("BAUM_S3_KEY", ""),
            "secret_key": environment.secret("BAUM_S3_SECRET"),
            "region_name": os.environ.get("BAUM_S3_REGION", "") or "us-east-1",
            "file_overwrite": False,
            "default_acl": None,
            "client_config": Config(
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=20,
                retries={"max_attempts": 2, "mode": "standard"},
                # path: https://server/bucket (MinIO, Ceph); virtual: https://bucket.server (AWS).
                s3={"addressing_style": os.environ.get("BAUM_S3_ADDRESSING", "path")},
                # Only AWS itself knows the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        },
    }
