"""Files that are there completely, or not at all."""

import os
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class DurableFileSystemStorage(FileSystemStorage):
    """A folder whose files survive a power cut: written beside their name, fsynced, and only then given the name.

    A name is used once (the callers draw them at random); a process that dies half-way leaves a `.part` file, which
    nobody asks for.
    """

    PART = ".part"

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(path.name + self.PART)
        self._write(part, content)
        os.replace(part, path)
        for folder in (path.parent, path.parent.parent):
            _sync_folder(folder)
        return name

    def _write(self, part: Path, content: File) -> None:
        """All of it, or nothing: half a file would keep a full disk full."""
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "wb") as target:
                target.writelines(content.chunks())
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    """The name of a new file is part of its folder, which has to reach the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
