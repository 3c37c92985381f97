"""The Debian packages whose code is in the program: their versions, and their licence texts.

The build knows which headers each object was compiled from, and which libraries were linked. dpkg knows whose files these are."""
import dataclasses
import functools
import os
import pathlib
import re
import subprocess

from project import NAME, ROOT, Mistake

BUILD = ROOT / "build/static"
TARGET = f"bridge/{NAME}"
# What the compiler links by itself into a static program.
IMPLICIT = ("libstdc++.a", "libm.a", "libgcc.a", "libgcc_eh.a", "libc.a", "crt1.o", "crtbeginT.o")


@dataclasses.dataclass(frozen=True)
class Component:
    package: str
    version: str
    source: str  # the source package and its version, which carry the name of the project and its security notices
    source_version: str
    architecture: str
    home_page: str
    is_library: bool  # linked as a library; otherwise its headers were compiled in
    copyright: str

    def purl(self) -> str:
        version = self.version.replace("+", "%2B").replace(":", "%3A").replace("~", "%7E")
        return f"pkg:deb/debian/{self.package.replace('+', '%2B')}@{version}?arch={self.architecture}"


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"LC_ALL": "C"}).stdout


def _libraries() -> set:
    command = _output("ninja", "-C", str(BUILD), "-t", "commands", TARGET).splitlines()[-1]
    linked = set(re.findall(r"(?<=\s)/\S+\.a(?=\s)", command))
    return linked | {_output("c++", f"-print-file-name={name}").strip() for name in IMPLICIT}


def _headers() -> set:
    inputs = _output("ninja", "-C", str(BUILD), "-t", "inputs", TARGET).splitlines()
    objects = [each for each in inputs if each.endswith(".o")]
    deps = _output("ninja", "-C", str(BUILD), "-t", "deps", *objects)
    found = {line.strip() for line in deps.splitlines() if line.startswith("    /")}
    missing = [each for each in objects if f"{each}: #deps" not in deps]
    if missing:
        raise Mistake(f"build/static does not know what {missing[0]} was compiled from; run scripts/build")
    return {each for each in found if not each.startswith(str(ROOT))}


def _owners(files: set) -> set:
    """The Debian packages of the files, as dpkg names them."""
    # dpkg knows a file by the name under which it was packed, which may lead through a link of /usr.
    real = sorted({os.path.realpath(each) for each in files})
    found = subprocess.run(["dpkg-query", "-S", *real], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    owners, known = set(), set()
    for line in found.stdout.splitlines():
        packages, _, path = line.rpartition(": ")
        owners.update(packages.split(", "))
        known.add(path)
    foreign = [each for each in real if each not in known]
    if foreign:
        raise Mistake(f"{foreign[0]} is in the program and in no Debian package, so that its licence is unknown")
    return owners


@functools.cache
def components() -> tuple:
    libraries = _owners(_libraries())
    return tuple(_component(each, each in libraries) for each in sorted(libraries | _owners(_headers())))


def _component(package: str, is_library: bool) -> Component:
    fields = ("Package", "Version", "source:Package", "source:Version", "Architecture", "Homepage")
    name, version, source, source_version, architecture, home_page = _output(
        "dpkg-query", "-W", "-f", "\\n".join("${" + field + "}" for field in fields), package).split("\n")
    text = pathlib.Path(f"/usr/share/doc/{name}/copyright")
    return Component(name, version, source, source_version, architecture, home_page, is_library, text.read_text())


def licence_texts() -> dict:
    """The licence texts by their file names: one for each source package, and the common licences that these refer to."""
    texts = {f"licenses/{each.source}.txt": each.copyright for each in components()}
    for name in sorted(set(re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])", "".join(texts.values())))):
        path = pathlib.Path("/usr/share/common-licenses") / name
        if path.is_file():
            texts[f"licenses/common/{name}.txt"] = path.read_text()
    return texts
