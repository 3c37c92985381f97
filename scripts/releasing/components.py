"""The Debian packages whose code is in the program: their versions, and their licence texts.

The build knows which headers each object was compiled from, and which libraries were linked. dpkg knows whose files these are."""
import dataclasses
import functools
import os
import pathlib
import re
import subprocess

from architecture import Architecture
from project import NAME, ROOT, Mistake

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


def _libraries(build: pathlib.Path) -> set:
    command = _output("ninja", "-C", str(build), "-t", "commands", TARGET).splitlines()[-1]
    linked = set(re.findall(r"(?<=\s)/\S+\.a(?=\s)", command))
    compiler = re.search(r"(?<=\s)/\S*[cg]\+\+\S*(?=\s)", command).group()
    folders = re.findall(r"(?<=\s)-B\S+", command)
    return linked | {_output(compiler, *folders, f"-print-file-name={name}").strip() for name in IMPLICIT}


def _headers(build: pathlib.Path) -> set:
    inputs = _output("ninja", "-C", str(build), "-t", "inputs", TARGET).splitlines()
    objects = [each for each in inputs if each.endswith(".o")]
    deps = _output("ninja", "-C", str(build), "-t", "deps", *objects)
    found = {line.strip() for line in deps.splitlines() if line.startswith("    /")}
    missing = [each for each in objects if f"{each}: #deps" not in deps]
    if missing:
        raise Mistake(f"{build} does not know what {missing[0]} was compiled from; run scripts/release without --no-build")
    return {each for each in found if not each.startswith(str(ROOT))}


def _owners(files: set, architecture: Architecture) -> set:
    """The Debian packages of the files, as dpkg names them."""
    def is_for_another(package: str) -> bool:
        # The packages of several architectures can share a file.
        return package.partition(":")[2] not in ("", architecture.debian)

    # dpkg knows a file by the name under which it was packed, which may lead through a link of /usr.
    real = sorted({os.path.realpath(each) for each in files})
    found = subprocess.run(["dpkg-query", "-S", *real], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    owners, known = set(), set()
    for line in found.stdout.splitlines():
        packages, _, path = line.rpartition(": ")
        owners.update(each for each in packages.split(", ") if not is_for_another(each))
        known.add(path)
    foreign = [each for each in real if each not in known]
    if foreign:
        raise Mistake(f"{foreign[0]} is in the program and in no Debian package, so that its licence is unknown")
    return owners


@functools.cache
def components(architecture: Architecture) -> tuple:
    libraries = _owners(_libraries(architecture.build), architecture)
    headers = _owners(_headers(architecture.build), architecture)
    return tuple(_component(each, each in libraries) for each in sorted(libraries | headers))


def _component(package: str, is_library: bool) -> Component:
    fields = ("Package", "Version", "source:Package", "source:Version", "Architecture", "Homepage")
    name, version, source, source_version, architecture, home_page = _output(
        "dpkg-query", "-W", "-f", "\\n".join("${" + field + "}" for field in fields), package).split("\n")
    text = pathlib.Path(f"/usr/share/doc/{name}/copyright")
    return Component(name, version, source, source_version, architecture, home_page, is_library, text.read_text())


def licence_files(architecture: Architecture) -> dict:
    """The name of the file with the licence of each package. A source package gives its name, unless its packages have different licences."""
    names, texts = {}, {}
    for each in components(architecture):
        shared = texts.setdefault(each.source, each.copyright) == each.copyright
        names[each.package] = f"licenses/{each.source if shared else each.package}.txt"
    return names


def licence_texts(architecture: Architecture) -> dict:
    """The licence texts by their file names, and the common licences that these refer to."""
    names = licence_files(architecture)
    texts = {names[each.package]: each.copyright for each in components(architecture)}
    for name in sorted(set(re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])", "".join(texts.values())))):
        path = pathlib.Path("/usr/share/common-licenses") / name
        if path.is_file():
            texts[f"licenses/common/{name}.txt"] = path.read_text()
    return texts
