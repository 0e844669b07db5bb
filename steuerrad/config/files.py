"""STEUERRAD_S3_URL to Django's storages."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def storage(url: str) -> dict[str, Any]:
    """The storage of uploads: a folder in the data folder, or for s3://key:secret@host:port/bucket an S3-compatible
    object storage (s3+http:// without TLS; ?region=… where the provider wants one).

    Raises ValueError for another scheme, where key, host or bucket is missing, and without the package it needs.
    """
    if not url:
        return {"BACKEND": "steuerrad.platform.files.storage.WholeFiles"}
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if parts.scheme not in {"s3", "s3+http"}:
        raise ValueError(f"STEUERRAD_S3_URL: {parts.scheme!r} is not supported; use s3:// or s3+http://")
    if not (parts.hostname and bucket and parts.username and parts.password):
        raise ValueError("STEUERRAD_S3_URL: use s3://key:secret@host:port/bucket")
    if find_spec("storages") is None:
        raise ValueError("STEUERRAD_S3_URL needs a further package: uv pip install 'django-storages[s3]'")
    scheme = "https" if parts.scheme == "s3" else "http"
    port = f":{parts.port}" if parts.port else ""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "endpoint_url": f"{scheme}://{parts.hostname}{port}",
            "access_key": unquote(parts.username),
            "secret_key": unquote(parts.password),
            "bucket_name": bucket,
            "region_name": dict(parse_qsl(parts.query)).get("region", "us-east-1"),
            "addressing_style": "path",
            "default_acl": None,
            "file_overwrite": True,  # a name is a checksum: the same name is the same content
            "querystring_auth": True,
        },
    }
