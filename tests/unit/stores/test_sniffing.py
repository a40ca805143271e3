"""Types are what the content says: what has one, and what only looks so."""

import pytest

from botkit.stores.names import clean_name
from botkit.stores.sniffing import ENDINGS, HEAD, KINDS, KNOWN, sniff
from botkit.testing.samples import sample


def _zip(name: bytes, rest: bytes = b"") -> bytes:
    return b"PK\x03\x04" + bytes(22) + len(name).to_bytes(2, "little") + b"\0\0" + name + rest


def _box(brand: bytes, *others: bytes) -> bytes:
    return (16 + 4 * len(others)).to_bytes(4, "big") + b"ftyp" + brand + b"\0\0\0\0" + b"".join(others)


def _vp8(kind: bytes, data: bytes) -> bytes:
    return b"RIFF\x40\0\0\0WEBP" + kind + b"\x20\0\0\0" + data + bytes(20)


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (sample("a.png"), "image/png"),
        (sample("a.jpg"), "image/jpeg"),
        (sample("a.gif"), "image/gif"),
        (sample("a.webp"), "image/webp"),
        (_vp8(b"VP8X", b"\0\0\0\0\x0f\0\0\x0f\0\0"), "image/webp"),
        (_vp8(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x10\0\x10\0"), "image/webp"),
        (_box(b"heic"), "image/heic"),
        (_box(b"avif"), "image/avif"),
        (_box(b"mif1", b"miaf", b"avif"), "image/avif"),
        (_box(b"M4A "), "audio/mp4"),
        (_box(b"qt  "), "video/quicktime"),
        (_box(b"3gp5"), "video/3gpp"),
        (sample("a.mp4"), "video/mp4"),
        (sample("a.mp3"), "audio/mpeg"),
        (b"\xff\xfb\x90\x44" + bytes(100), "audio/mpeg"),
        (sample("a.ogg"), "audio/ogg"),
        (b"RIFF\0\0\0\0WAVEfmt " + bytes(20), "audio/wav"),
        (b"#!AMR\n", "audio/amr"),
        (b"\x1a\x45\xdf\xa3" + bytes(20) + b"webm", "video/webm"),
        (sample("a.pdf"), "application/pdf"),
        (_zip(b"some/file.txt"), "application/zip"),
        (_zip(b"[Content_Types].xml", b"....word/document.xml"), f"application/{'vnd.openxmlformats-officedocument'}.wordprocessingml.document"),
        (_zip(b"[Content_Types].xml", b"nothing known"), "application/zip"),
        (_zip(b"mimetype", b"application/vnd.oasis.opendocument.textPK"), "application/vnd.oasis.opendocument.text"),
        (_zip(b"mimetype", b"text/htmlPK"), "application/zip"),
        (b"hello", "text/plain"),
        ("\ufeff你好，灯坏了。\n".encode(), "text/plain"),
        (b"a < b, and <bold> is no tag here", "text/plain"),
        ("长".encode() * HEAD, "text/plain"),
    ],
)  # fmt: skip
def test_what_the_content_says(head: bytes, mime: str) -> None:
    assert sniff(head[:HEAD]) == mime
    assert mime in KNOWN


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\0",
        b"\x89PNG",
        sample("a.png")[:30],
        sample("a.png").replace(b"\0\0\0\x01\0\0\0\x01", b"\0\0\0\0\0\0\0\x01"),  # no width
        sample("a.jpg")[:40],
        sample("a.jpg").replace(b"\xff\xdb", b"\xff\x41"),  # no such segment
        sample("a.jpg").replace(b"\0\x10JFIF", b"\0\x00JFIF"),
        sample("a.gif")[:12],
        b"GIF89a\0\0\0\0" + bytes(20),
        _vp8(b"VP8 ", bytes(10)),
        _vp8(b"ALPH", bytes(10)),
        b"RIFF\0\0\0\0AVI LIST" + bytes(30),
        b"\0\0\0\x04ftypheic",
        b"\0\x10\0\0ftypisom" + bytes(30),
        _box(b"evil"),
        b"OggS\0" + bytes(60),
        b"%PDF-x\0",
        b"\x1a\x45\xdf\xa3" + bytes(20) + b"matroska",
        b"MZ\x90\0\x03" + bytes(60),
        b"#!/bin/sh\nrm -rf /\n\x07",
        b"caf\xe9 au lait",
        b"\xff\xfe" + "wide".encode("utf-16-le"),
        b"  <HTML><body onload=x>",
        b"<!-- x --><html>",
        b"\xef\xbb\xbf<svg onload=x>",
        b"<?xml version='1.0'?>",
        b"<script>",
        b"<a href='javascript:x'>",
    ],
)
def test_what_has_no_type(head: bytes) -> None:
    assert sniff(head) == ""


def test_a_jpeg_may_have_its_size_behind_a_large_profile() -> None:
    profile = b"\xff\xe2\xff\xff" + bytes(65_533)
    content = sample("a.jpg")
    assert sniff((content[:2] + profile + content[2:])[:HEAD]) == "image/jpeg"
    assert sniff((content[:2] + profile)[: HEAD - 1]) == ""


def test_nothing_is_known_in_which_something_runs() -> None:
    assert "image/svg+xml" not in KNOWN
    assert not [mime for mime in KNOWN if "html" in mime or "xml" in mime.partition("openxml")[0]]
    assert {"image/*", "audio/*", "video/*", "application/*", "text/*"} == KINDS


@pytest.mark.parametrize("mime", [*ENDINGS, "x/unknown"])
def test_a_name_ends_as_its_type(mime: str) -> None:
    endings = ENDINGS.get(mime, ("bin",))
    assert clean_name("a.exe", mime) == f"a.exe.{endings[0]}"
    assert [clean_name(f"a.{ending}", mime) for ending in endings] == [f"a.{ending}" for ending in endings]
    assert len(clean_name("x" * 5000, mime)) <= 100
