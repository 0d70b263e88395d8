"""Photos as cameras of tablets make them: large, noisy, with a moment and an orientation inside."""

from pathlib import Path
from random import Random

from PIL import Image


def camera_photo(path: Path, seed: int = 1, size: tuple[int, int] = (2400, 1800)) -> Path:
    """A JPEG of many-coloured bark; each seed gives another one."""
    chance = Random(seed)
    small = Image.new("RGB", (size[0] // 8, size[1] // 8))
    small.putdata(
        [
            (chance.randrange(60, 160), chance.randrange(50, 120), chance.randrange(30, 90))
            for _ in range(small.width * small.height)
        ]
    )
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 09:30:00"
    small.resize(size, Image.Resampling.BICUBIC).save(path, "JPEG", quality=90, exif=exif)
    return path
