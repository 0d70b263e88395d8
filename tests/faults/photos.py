"""Sends a photo by tus as a tablet does, in one piece; for the faults."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID, uuid4

from django.utils import timezone
from PIL import Image

from baumkataster.models import User
from bench.talk import Talk

ROOT = "/api/v1/field/photos/"
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass
class Sent:
    """A photo on its way, and how the last request was answered."""

    id: UUID
    content: bytes
    status: int = 0


def picture(width: int = 320, height: int = 240) -> bytes:
    """A JPEG of noise, different each time."""
    noise = Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))
    noise.save(out := BytesIO(), "JPEG")
    return out.getvalue()


def send_photo(talk: Talk, user: User, tree: UUID, *, again: Sent | None = None) -> Sent:
    """Announce, ask how far it is, send the rest."""
    sent = again or Sent(uuid4(), picture())
    meta = {
        "id": str(sent.id),
        "tree": str(tree),
        "person": str(user.pk),
        "sha256": hashlib.sha256(sent.content).hexdigest(),
        "taken_at": timezone.now().isoformat(),
        "type": "image/jpeg",
    }
    told = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in meta.items())
    headers = TUS | {"Upload-Length": str(len(sent.content)), "Upload-Metadata": told}
    sent.status, _ = talk.ask("POST", ROOT, b"", **headers)
    if sent.status != 201:
        return sent
    talk.ask("HEAD", f"{ROOT}{sent.id}/", **TUS)
    offset = int(talk.headers.get("Upload-Offset") or 0)
    rest = sent.content[offset:]
    checksum = base64.b64encode(hashlib.sha256(rest).digest()).decode()
    headers = TUS | {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": str(offset),
        "Upload-Checksum": f"sha256 {checksum}",
    }
    sent.status, _ = talk.ask("PATCH", f"{ROOT}{sent.id}/", rest, **headers)
    return sent


def uploaded(talk: Talk, sent: Sent) -> str:
    """The receipt's status."""
    _, answer = talk.ask("GET", f"{ROOT}{sent.id}/", **TUS)
    return str(json.loads(answer)["status"])
