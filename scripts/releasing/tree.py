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


@dataclasses.dataclass(frozen=True)
class Link:
    target: str
    mode: int = 0o777


@dataclasses.dataclass(frozen=True)
class Folder:
    mode: int = 0o755
    owner: int = 0


class Tree:
    def __init__(self):
        self.files: dict[str, File] = {}
        self._folders: dict[str, Folder] = {}
        self._links: dict[str, Link] = {}

    def add(self, name: str, content, mode: int = 0o644) -> None:
        self.files[name] = File(content.encode() if isinstance(content, str) else content, mode)

    def add_folder(self, name: str, mode: int, owner: int = 0) -> None:
        """A folder that is empty, or has a mode or an owner of its own."""
        self._folders[name] = Folder(mode, owner)

    def add_link(self, name: str, target: str) -> None:
        """A symbolic link, which only tar archives keep."""
        self._links[name] = Link(target)

    def folders(self) -> dict:
        """All folders by their names, parents first."""
        names = {str(parent) for name in [*self.files, *self._folders, *self._links] for parent in pathlib.PurePosixPath(name).parents if str(parent) != "."}
        return {name: self._folders.get(name, Folder()) for name in sorted(names | set(self._folders))}

    def write(self, folder: pathlib.Path) -> None:
        for name, each in self.folders().items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name).chmod(each.mode)
        for name, file in self.files.items():
            (folder / name).write_bytes(file.content)
            (folder / name).chmod(file.mode)

    def tar(self, time: int, prefix: str = "", with_folders: bool = True) -> bytes:
        out = io.BytesIO()
        entries = self.files | self._links | (self.folders() if with_folders else {})
        with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for name, each in sorted(entries.items()):
                entry = tarfile.TarInfo(prefix + name)
                entry.mtime, entry.mode = time, each.mode
                if isinstance(each, Folder):
                    entry.type = tarfile.DIRTYPE
                    entry.uid = entry.gid = each.owner
                    archive.addfile(entry)
                elif isinstance(each, Link):
                    entry.type, entry.linkname = tarfile.SYMTYPE, each.target
                    archive.addfile(entry)
                else:
                    entry.size = len(each.content)
                    archive.addfile(entry, io.BytesIO(each.content))
        return out.getvalue()


def compressed(content: bytes, level: int = 9) -> bytes:
    """A gzip file without a time and a name in it."""
    return gzip.compress(content, compresslevel=level, mtime=0)
