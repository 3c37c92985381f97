"""The files of an app, by their names in it."""
import os
import pathlib
import subprocess
import tempfile

from commented_json import Mistake

# What never belongs into an app: settings of the developer's machine, which hold secrets, and history.
LEFT_OUT = {".git", "local.settings.json"}


class AppFolder:
    """Contents by name, with `/` between the parts of a name. What was added later wins."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.symbols: dict[str, bytes] = {}
        self.links: list[str] = []  # that were followed

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def mode(self, name: str) -> int:
        """0755 for what the kernel can start, 0644 for the rest, whatever it was on disk: on Windows that says nothing."""
        return 0o755 if self.files[name].startswith((b"\x7fELF", b"#!")) else 0o644

    def add_file(self, name: str, path: pathlib.Path) -> None:
        try:
            self.files[name] = path.read_bytes()
        except OSError as error:
            raise Mistake(f"{path} cannot be read: {error.strerror}") from None

    def add_program(self, name: str, path: pathlib.Path) -> None:
        """One of our own, stripped. What is stripped off is kept, where binutils are there to do it."""
        self.add_file(name, path)
        with tempfile.TemporaryDirectory() as work:
            stripped, symbols = pathlib.Path(work, "program"), pathlib.Path(work, "symbols")
            try:
                for arguments in (["--only-keep-debug", path, symbols], ["--strip-all", path, stripped]):
                    subprocess.run(["objcopy", *arguments], check=True, stderr=subprocess.DEVNULL)
            except (OSError, subprocess.CalledProcessError):
                return  # a host without binutils, or whose own do not know the format
            self.files[name] = stripped.read_bytes()
            self.symbols[pathlib.PurePosixPath(name).name + ".debug"] = symbols.read_bytes()

    def add_tree(self, path: pathlib.Path, place: str = "") -> None:
        """A file, or all below a folder, at `place` in the app; under its own name if that is empty. Links are followed."""
        parts = pathlib.PurePosixPath(place or path.resolve().name).parts
        if not parts or ".." in parts or parts[0] == "/":
            raise Mistake(f"--add {path}={place}: the place must be inside the app")
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
                    raise Mistake(f"{entry.path} is a link that leads nowhere, or to a folder around it")
                self.links.append(name)
            if entry.is_dir():
                self._add_folder(pathlib.Path(entry.path), name, inside)
            elif entry.is_file():
                self.add_file(name, pathlib.Path(entry.path))
