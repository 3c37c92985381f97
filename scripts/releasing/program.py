"""The program that is released, without its symbols, and what it says about itself."""
import dataclasses
import pathlib
import re
import subprocess
import tempfile

from architecture import Architecture
from elf import read_elf
from project import NAME, Mistake, version


@dataclasses.dataclass(frozen=True)
class Option:
    names: tuple  # with their dashes
    value: str  # what stands for the value in the help, or an empty text if the option has none
    group: str
    purpose: str
    choices: tuple = ()  # the words that the option accepts, if it accepts only some


@dataclasses.dataclass(frozen=True)
class Limit:
    name: str
    value: str
    group: str
    purpose: str
    is_option: bool


@dataclasses.dataclass(frozen=True)
class Program:
    architecture: Architecture
    binary: bytes
    symbols: bytes
    help: str
    limits_help: str
    options: tuple
    limits: tuple


def read_program(architecture: Architecture) -> Program:
    path = architecture.program
    if not path.is_file():
        raise Mistake(f"{path} is missing; run scripts/release without --no-build")
    head = read_elf(path.read_bytes())
    if head is None or head.machine != architecture.machine or head.needs:
        raise Mistake(f"{path} is not a static program for Linux on {architecture.text}; run scripts/release without --no-build")
    said = _run(architecture, "--version").stdout.strip()
    if said != f"{NAME} {version()}":
        raise Mistake(f"{path} is '{said}', and CMakeLists.txt states the version {version()}; run scripts/release without --no-build")
    binary, symbols = _separated(path, architecture.objcopy)
    text, limits_text = _run(architecture, "--help").stdout, _run(architecture, "--help-limits").stdout
    return Program(architecture, binary, symbols, text, limits_text, read_options(text, architecture), read_limits(limits_text))


def _run(architecture: Architecture, *arguments: str) -> subprocess.CompletedProcess:
    # An empty folder has no bridge.json, and an empty environment no options.
    with tempfile.TemporaryDirectory() as empty:
        try:
            return subprocess.run([*architecture.runner, architecture.program, *arguments], cwd=empty, env={}, capture_output=True, text=True, timeout=60)
        except FileNotFoundError as error:
            raise Mistake(f"{error.filename} is missing; run scripts/setup aarch64") from error


def _separated(path: pathlib.Path, objcopy: str) -> tuple[bytes, bytes]:
    """The program without symbols, and the symbols, which debuggers find by the name that the program has for them."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        for command in ([objcopy, "--only-keep-debug", "--compress-debug-sections", path.resolve(), f"{NAME}.debug"],
                        [objcopy, "--strip-all", f"--add-gnu-debuglink={NAME}.debug", path.resolve(), NAME]):
            subprocess.run(command, cwd=place, check=True)
        return (place / NAME).read_bytes(), (place / f"{NAME}.debug").read_bytes()


_OPTION = re.compile(r"^  (-[^ ]+)(?: (\S+(?: \[[^\]]*\])?))?(?:  +(.*))?$")
_GROUP = re.compile(r"^([A-Z][^:.]*):$")


def read_options(text: str, architecture: Architecture) -> tuple:
    """The options in the text of --help. The program itself says which words an option accepts."""
    found, group, entry = [], "", None
    for line in text.splitlines():
        if heading := _GROUP.match(line):
            group, entry = heading.group(1), None
        elif group and (head := _OPTION.match(line)):
            entry = [tuple(head.group(1).split(",")), head.group(2) or "", group, [head.group(3) or ""]]
            found.append(entry)
        elif entry and line.startswith(" " * 20):
            entry[3].append(line.strip())
        elif not line.strip():
            entry = None
            if found and group == found[-1][2] == "Limits":
                break
    options = [Option(names, value, where, " ".join(purpose).strip(), _choices(architecture, names[-1]) if value else ())
               for names, value, where, purpose in found]
    if len(options) < 30:
        raise Mistake(f"only {len(options)} options were found in the text of --help; its form has changed")
    return tuple(options)


def _choices(architecture: Architecture, option: str) -> tuple:
    # Without a command the program starts nothing, whatever it thinks of the value.
    refusal = re.search(r"not in \{([^}]*)\}", _run(architecture, option, "?").stderr)
    return tuple(refusal.group(1).split(",")) if refusal else ()


def read_limits(text: str) -> tuple:
    found, group = [], ""
    for line in text.splitlines():
        if heading := _GROUP.match(line):
            group = heading.group(1)
        elif head := re.match(r"^  (--)?([a-z][a-z0-9-]*) (.+)$", line):
            found.append([head.group(2), head.group(3), group, [], bool(head.group(1))])
        elif found and line.startswith("        "):
            found[-1][3].append(line.strip())
    return tuple(Limit(name, value, where, " ".join(purpose), is_option) for name, value, where, purpose, is_option in found)
