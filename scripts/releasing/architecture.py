"""The kinds of machines that a release is for, and what each file of a release calls them."""
import dataclasses
import pathlib
import sys

from project import NAME, ROOT

sys.path.insert(0, str(ROOT / "scripts/packaging"))
from elf import AARCH64, X86_64  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Architecture:
    name: str  # as uname says it
    debian: str  # as Debian, Docker and OCI say it
    npm: str
    text: str
    machine: int  # in the head of an ELF file
    build: pathlib.Path
    program: pathlib.Path
    objcopy: str = "objcopy"
    runner: tuple = ()  # runs a program of this architecture here

    def wheel_tags(self) -> tuple:
        # A static program needs neither glibc nor musl, so it has the tags of both, with the oldest versions that have tags of this form.
        return tuple(f"{kind}_{self.name}" for kind in ("manylinux2014", "manylinux_2_17", "musllinux_1_1"))


ARCHITECTURES = (
    Architecture("x86_64", "amd64", "x64", "x86-64", X86_64, ROOT / "build/static", ROOT / "bin" / NAME),
    Architecture("aarch64", "arm64", "arm64", "64-bit ARM", AARCH64, ROOT / "build/static-arm64", ROOT / "build/static-arm64/bridge" / NAME,
                 "aarch64-linux-gnu-objcopy", ("qemu-aarch64-static",)),
)
