"""A small, real PDF made of text lines (PDF 1.4, built-in Helvetica)."""

from __future__ import annotations

from collections.abc import Sequence

_LINES = 50
"""Lines of a page."""

_CHARACTERS = 95
"""Characters of a line; longer ones are cut."""


def _page(lines: Sequence[str]) -> bytes:
    commands = [b"BT /F1 11 Tf 50 790 Td 15 TL"]
    for line in lines:
        text = line[:_CHARACTERS].encode("cp1252", "replace")
        for special in (b"\\", b"(", b")"):
            text = text.replace(special, b"\\" + special)
        commands.append(b"(" + text + b") Tj T*")
    return b"\n".join([*commands, b"ET"])


def text_pdf(lines: Sequence[str]) -> bytes:
    """A PDF with these lines on as many A4 pages as they need.

    Args:
        lines: Text; characters outside Windows-1252 are replaced.
    """
    pages = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)] or [[]]
    first = 4
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(map(_page, pages)):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            b" /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (first + 2 * number + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    result = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(result))
        result += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(result)
    result += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    result += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    result += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(result)
