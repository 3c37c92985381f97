"""A tree of files in memory, and tar archives of it that are the same wherever and whenever they are made."""
import dataclasses
import gzip
import io
import pathlib
import tarfile


@dataclasses.dataclass(frozen=True)
class File:
    content: bytes
    mode: int = 0o644


class Tree:
    def __init__(self):
        self.files: dict[str, File] = {}

    def add(self, name: str, content, mode: int = 0o644) -> None:
        self.files[name] = File(content.encode() if isinstance(content, str) else content, mode)

    def folders(self) -> list[str]:
        """All folders that the files are in, parents first."""
        found = {str(parent) for name in self.files for parent in pathlib.PurePosixPath(name).parents if str(parent) != "."}
        return sorted(found)

    def write(self, folder: pathlib.Path) -> None:
        for name in self.folders():
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name).chmod(0o755)
        for name, file in self.files.items():
            (folder / name).write_bytes(file.content)
            (folder / name).chmod(file.mode)

    def tar(self, time: int, prefix: str = "", with_folders: bool = True) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
            entries = [(name, None) for name in self.folders()] if with_folders else []
            for name, file in sorted(entries + list(self.files.items())):
                entry = tarfile.TarInfo(prefix + name)
                entry.mtime, entry.uname, entry.gname = time, "root", "root"
                if file is None:
                    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                    archive.addfile(entry)
                else:
                    entry.size, entry.mode = len(file.content), file.mode
                    archive.addfile(entry, io.BytesIO(file.content))
        return out.getvalue()


def compressed(content: bytes) -> bytes:
    """A gzip file without a time and a name in it."""
    return gzip.compress(content, compresslevel=9, mtime=0)
