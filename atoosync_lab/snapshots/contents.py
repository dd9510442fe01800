"""Contents of images beside the captures: one file a content, named by its digest, shared by all captures.

`captures/<profile>/images/<ab>/<digest>`. A file is written whole and renamed: one that is there is complete.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from atoosync_lab.model.catalogue import ImageContent
from atoosync_lab.model.errors import StorageError
from atoosync_lab.snapshots import duck

FOLDER = "images"
FRESH = timedelta(days=1)
"""A content that was stored so recently stays: the capture that names it may still be written."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of one profile."""

    folder: Path
    """`captures/<profile>/images`."""

    @classmethod
    def of(cls, captures: Path, profile: str) -> Contents:
        """Those of a profile, beside its captures."""
        return cls(captures / profile / FOLDER)

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """The content is there."""
        return bool(digest) and self._path(digest).is_file()

    def keep(self, contents: Sequence[ImageContent]) -> None:
        """Store contents that are not there yet.

        Raises:
            ValueError: bytes do not have the digest they came with.
            StorageError: disk full or folder not writable.
        """
        for each in contents:
            if hashlib.sha256(each.content).hexdigest() != each.digest:
                raise ValueError("the content of an image does not have its digest")
            if not self.has(each.digest):
                self._write(self._path(each.digest), each.content)

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            os.replace(temporary, path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StorageError("storage.not_writable", path=FOLDER) from error

    def read(self, digest: str) -> bytes:
        """The bytes of a content.

        Raises:
            StorageError: it is not there, or no longer what its name says.
        """
        try:
            content = self._path(digest).read_bytes()
        except OSError as error:
            raise StorageError("image.content_gone", digest=digest[:12]) from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise StorageError("image.content_gone", digest=digest[:12])
        return content

    def drop_unused(self, captures: Iterable[Path], now: datetime) -> int:
        """Retention: remove contents that no capture names any more; how many files went.

        Args:
            captures: files of the captures that are kept.
            now: the moment.
        """
        if not self.folder.is_dir():
            return 0
        named: set[str] = set()
        for path in captures:
            named |= _named(path)
        removed, limit = 0, (now - FRESH).timestamp()
        for path in self.folder.glob("*/*"):
            if path.name not in named and path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def _named(capture: Path) -> set[str]:
    """Digests that a capture names; none for one that cannot be read, or of a version without images."""
    try:
        with duck.Reader(capture).cursor() as con:
            return {row[0] for row in con.execute("SELECT DISTINCT digest FROM article_image").fetchall()}
    except (StorageError, duckdb.Error):
        return set()
