"""Packed and nested files made to hurt: each is refused in words, none costs memory."""

import gzip
import io
import json
import resource
import tarfile
import zipfile
from pathlib import Path

import pytest

from geodata import archives
from geodata.readers import open_table, read_profile
from geodata.rules.problems import SourceError
from tests.rules.test_rows import FIXTURES

LEIPZIG = read_profile("leipzig")
GOOD = (FIXTURES / "leipzig_like" / "musterviertel.geojson").read_bytes()


def rows(folder: Path, content: bytes, name: str = "baeume") -> int:
    """How many rows a file has."""
    path = folder / name
    path.write_bytes(content)
    with open_table(path, LEIPZIG) as table:
        return sum(1 for _ in table.rows)


def refused(folder: Path, content: bytes) -> str:
    """The sentence with which a file is refused, before or while it is read."""
    with pytest.raises(SourceError) as caught:
        rows(folder, content)
    return str(caught.value)


def tar(*members: tuple[str, bytes], **info: object) -> bytes:
    """A packed archive; ``info`` is set at every member."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            for key, value in info.items():
                setattr(member, key, value)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def rarely_zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.geojson", GOOD)
    return target.getvalue()


def collection(*features: str) -> bytes:
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


FEATURE = json.dumps(json.loads(GOOD)["features"][1])


def pax_of(size: int) -> bytes:
    """An archive whose addition to a header is that large."""
    header = bytearray(512)
    header[0:3] = b"pax"
    header[124:136] = f"{size:011o}\0".encode()
    header[156:157] = b"x"
    header[257:263] = b"ustar\0"
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return gzip.compress(bytes(header) + bytes(2048))


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (GOOD, 6),
        (b"\xef\xbb\xbf" + GOOD, 6),
        (gzip.compress(GOOD), 6),
        (zipped(("a/baeume.geojson", GOOD)), 6),
        (tar(("a.geojson", GOOD), ("b.json", GOOD)), 12),
        (tar(("README.md", b"#"), ("LICENSE", b""), ("._a.geojson", b"x"), ("a.json", GOOD)), 6),
        (tar((f"{'lang/' * 60}a.geojson", GOOD)), 6),
        (tar(("ü/bäume.geojson", GOOD)), 6),
        (tar(("leer.json", collection()), ("a.json", GOOD)), 6),
        (GOOD.replace(b'"features":', b'"bbox":[1,2,3.5],"features":'), 6),
        (json.dumps(json.loads(GOOD), indent=2).encode(), 6),
    ],
)
def test_what_is_read(tmp_path, content, number):
    assert rows(tmp_path, content) == number


def test_old_and_new_forms_of_tar_are_read(tmp_path):
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        path = tmp_path / f"{form}.tar"
        with tarfile.open(path, "w", format=form) as archive:
            archive.add(FIXTURES / "leipzig_like", arcname="o/" + "x" * 60 + "/" + "y" * 60)
        assert rows(tmp_path, path.read_bytes()) == 12


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (tar(("../baeume.geojson", GOOD)), "„../baeume.geojson“, der aus dem Ordner hinausführt"),
        (tar(("/etc/baeume.geojson", GOOD)), "„/etc/baeume.geojson“"),
        (tar(("a\\..\\b.geojson", GOOD)), "hinausführt"),
        (
            tar(("a.geojson", b""), type=tarfile.SYMTYPE, linkname="/etc/passwd"),
            "keine gewöhnliche",
        ),
        (tar(("a.geojson", b""), type=tarfile.LNKTYPE, linkname="b"), "keine gewöhnliche Datei"),
        (tar(("a.geojson", b""), type=tarfile.CHRTYPE), "keine gewöhnliche Datei"),
        (tar(("baeume.csv", b"a;b")), "„baeume.csv“. Gelesen werden nur GeoJSON-Dateien"),
        (tar(("README.md", b"#")), "kein einziges Objekt"),
        (tar(("a.json", GOOD))[:-200], "beschädigt"),
        (gzip.compress(gzip.decompress(tar(("a.json", GOOD)))[:900]), "Ende fehlt"),
        (pax_of(500_000_000), "Archiv ist beschädigt: Kopf"),
        (zipped(("a.geojson", GOOD), ("b.geojson", GOOD)), "enthält 2 Dateien"),
        (b"PK\x03\x04rest", "Archiv ist beschädigt"),
        (zipped(("../a.geojson", GOOD)), "hinausführt"),
        (rarely_zipped(), "mit einem seltenen Verfahren gepackt"),
        (zipped(("[Content_Types].xml", b""), ("xl/a.xml", b"")), "Excel-Mappe"),
    ],
)
def test_archives_that_are_refused(tmp_path, content, words):
    assert words in refused(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"type":"FeatureCollection"}', "keine GeoJSON-FeatureCollection: features"),
        (b'{"features":[1]}', "Nach Objekt 0"),
        (collection(FEATURE)[:-40], "kein gültiges JSON"),
        (collection(FEATURE, "{]"), "Nach Objekt 1 ist „baeume“ kein gültiges JSON"),
        (collection(FEATURE, '{"properties":' + "[" * 200_000), "zu tief geschachtelt"),
        (collection(FEATURE, '{"properties":"' + "x" * 3_000_000), "Objekt 2"),
        (collection(FEATURE).replace(b"Musterpark", b"M\xfcster"), "nicht in UTF-8 (Byte 0xfc)"),
        (b'{"features":[]}', "kein einziges Objekt"),
        (collection('{"type":"Feature","properties":{"a":1}}'), "fehlen Spalten"),
    ],
)
def test_json_that_is_refused(tmp_path, content, words):
    assert words in refused(tmp_path, content)


def test_a_bomb_is_refused_before_it_swells(tmp_path):
    blocks = {
        "blanks": (collection(FEATURE, "[")[:-2], b" "),
        "one text": (collection(FEATURE, '{"a":"')[:-2], b"x"),
        "csv": (b"ID;A\n", b"1;1\n"),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, (head, piece) in blocks.items():
        path = tmp_path / name
        with gzip.open(path, "wb", 1) as bomb:
            bomb.write(head)
            for _ in range(40):
                bomb.write(piece * (1_000_000 // len(piece)))
        assert path.stat().st_size < 250_000
        with pytest.raises(SourceError, match=r"Archivbombe|ist größer als"):
            _read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


def _read(path: Path) -> None:
    with open_table(path, LEIPZIG) as table:
        for _ in table.rows:
            pass


def test_a_bomb_in_a_zip_is_refused_too(tmp_path):
    content = b"ID;A\n" + b"1;1\n" * 8_200_000
    assert "wächst beim Entpacken über 32 MB" in refused(tmp_path, zipped(("a.csv", content)))


def test_archives_of_countless_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    many = tar(*((f"{n}.txt", b"") for n in range(4)))
    assert "mehr als 3 Dateien" in refused(tmp_path, many)
