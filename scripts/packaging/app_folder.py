"""The files of an app, by their names in the app."""
import os
import pathlib
import subprocess
import tempfile

from commented_json import Mistake

# These names never belong into an app: local settings hold secrets of the developer, and .git holds history.
LEFT_OUT = {".git", "local.settings.json"}


class AppFolder:
    """Contents by name, with `/` between the parts of a name. A file that is added later replaces an earlier one of the same name."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.symbols: dict[str, bytes] = {}
        self.links: list[str] = []  # names of links that were followed

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def mode(self, name: str) -> int:
        """0755 for files that the kernel can start, 0644 for the rest. The mode on disk does not count, because Windows has none."""
        return 0o755 if self.files[name].startswith((b"\x7fELF", b"#!")) else 0o644

    def add_file(self, name: str, path: pathlib.Path) -> None:
        try:
            self.files[name] = path.read_bytes()
        except OSError as error:
            raise Mistake(f"{path} cannot be read: {error.strerror}") from None

    def add_program(self, name: str, path: pathlib.Path) -> None:
        """Adds a program of this project, stripped, and keeps its symbols. Without binutils it adds the program unchanged."""
        self.add_file(name, path)
        with tempfile.TemporaryDirectory() as work:
            stripped, symbols = pathlib.Path(work, "program"), pathlib.Path(work, "symbols")
            try:
                for arguments in (["--only-keep-debug", path, symbols], ["--strip-all", path, stripped]):
                    subprocess.run(["objcopy", *arguments], check=True, stderr=subprocess.DEVNULL)
            except (OSError, subprocess.CalledProcessError):
                return  # there are no binutils, or they do not know the format
            self.files[name] = stripped.read_bytes()
            self.symbols[pathlib.PurePosixPath(name).name + ".debug"] = symbols.read_bytes()

    def add_tree(self, path: pathlib.Path, place: str = "") -> None:
        """Adds a file, or everything below a folder, at `place` in the app, by default under its own name. Follows links."""
        parts = pathlib.PurePosixPath(place or path.resolve().name).parts
        if not parts or ".." in parts or parts[0] == "/":
            raise Mistake(f"--add {path}={place}: '{place}' must be inside the app: a relative path without `..`")
        place = "/".join(parts)
        if path.is_file():
            self.add_file(place, path)
        elif path.is_dir():
            self._add_folder(path, place, frozenset())
        else:
            raise Mistake(f"--add {path}: there is no such file or folder")

    def _add_folder(self, folder: pathlib.Path, place: str, above: frozenset) -> None:
        inside = above | {os.path.realpath(folder)}
        for entry in sorted(os.scandir(folder), key=lambda found: found.name):
            name = f"{place}/{entry.name}"
            if entry.name in LEFT_OUT:
                continue
            if entry.is_symlink():
                if not os.path.exists(entry.path) or os.path.realpath(entry.path) in inside:
                    raise Mistake(f"{entry.path} is a link to nothing, or to a folder that contains it; remove it")
                self.links.append(name)
            if entry.is_dir():
                self._add_folder(pathlib.Path(entry.path), name, inside)
            elif entry.is_file():
                self.add_file(name, pathlib.Path(entry.path))
