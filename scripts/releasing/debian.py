"""The package for Debian and its relatives."""
import email.utils
import gzip
import os
import pathlib
import subprocess
import tempfile
import textwrap

from architecture import Architecture
from bundle import EXAMPLE, add_documents
from components import components, licence_texts
from program import Program
from project import DESCRIPTION, HOME_PAGE, MAINTAINER, NAME, ROOT, SUMMARY, version
from tree import Tree
from units import add_units

REVISION = "1"
PARTS = ROOT / "packaging/debian"


def package_name(architecture: Architecture) -> str:
    return f"{NAME}_{version()}-{REVISION}_{architecture.debian}.deb"


def _gzipped(text) -> bytes:
    return gzip.compress(text.encode() if isinstance(text, str) else text, compresslevel=9, mtime=0)


def _fields(pairs: list) -> str:
    """A paragraph of fields; those without a value are left out."""
    return "".join(f"{name}: {value}\n" for name, value in pairs if value)


def _control(tree: Tree, architecture: Architecture) -> str:
    kibibytes = sum((len(file.content) + 1023) // 1024 for file in tree.files.values()) + len(tree.folders())
    summary = SUMMARY[0].lower() + SUMMARY[1:]
    return _fields([
        ("Package", NAME),
        ("Version", f"{version()}-{REVISION}"),
        ("Architecture", architecture.debian),
        ("Maintainer", MAINTAINER),
        ("Installed-Size", kibibytes),
        ("Suggests", "npm"),
        ("Section", "net"),
        ("Priority", "optional"),
        ("Homepage", HOME_PAGE),
        ("Static-Built-Using", ", ".join(sorted({f"{each.source} (= {each.source_version})" for each in components(architecture)}))),
        ("Description", "\n".join([summary, *textwrap.wrap(DESCRIPTION, 76, initial_indent=" ", subsequent_indent=" ")])),
    ])


def _copyright() -> str:
    _, holder, terms = (ROOT / "LICENSE").read_text().split("\n\n", 2)
    body = "\n".join(f" {line}" if line else " ." for line in terms.rstrip().splitlines())
    return "\n".join([
        _fields([("Format", "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"), ("Upstream-Name", NAME), ("Source", HOME_PAGE),
                 ("Comment", f"\n The licences of the libraries in the program are in /usr/share/doc/{NAME}/licenses.")]),
        _fields([("Files", "*"), ("Copyright", holder.removeprefix("Copyright (c) ")), ("License", "Expat")]),
        _fields([("License", f"Expat\n{body}")]),
    ])


def _tree(program: Program, time: int) -> Tree:
    tree = Tree()
    documents = f"usr/share/doc/{NAME}"
    tree.add(f"usr/bin/{NAME}", program.binary, 0o755)
    add_documents(tree, program, time, {
        "manual": f"usr/share/man/man1/{NAME}.1",
        "bash": f"usr/share/bash-completion/completions/{NAME}",
        "zsh": f"usr/share/zsh/vendor-completions/_{NAME}",
        "fish": f"usr/share/fish/vendor_completions.d/{NAME}.fish",
    })
    page = tree.files.pop(f"usr/share/man/man1/{NAME}.1")
    tree.add(f"usr/share/man/man1/{NAME}.1.gz", _gzipped(page.content))
    add_units(tree, "usr/lib/systemd/system")
    tree.add(f"etc/{NAME}/bridge.json", EXAMPLE.read_bytes())
    tree.add(f"{documents}/copyright", _copyright())
    for name, text in licence_texts(program.architecture).items():
        # The common licences are on every Debian.
        if not name.startswith("licenses/common/"):
            tree.add(f"{documents}/{name}.gz", _gzipped(text))
    tree.add(f"{documents}/changelog.gz", _gzipped((ROOT / "CHANGELOG.md").read_bytes()))
    date = email.utils.formatdate(time)
    tree.add(f"{documents}/changelog.Debian.gz", _gzipped(
        f"{NAME} ({version()}-{REVISION}) unstable; urgency=medium\n\n  * Version {version()}; changelog.gz says what is new.\n\n"
        f" -- {MAINTAINER}  {date}\n"))
    tree.add(f"usr/share/lintian/overrides/{NAME}", (PARTS / "lintian-overrides").read_text())
    return tree


def package(program: Program, time: int) -> bytes:
    tree = _tree(program, time)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "root"
        root.mkdir(mode=0o755)
        root.chmod(0o755)
        tree.write(root)
        control = Tree()
        control.add("DEBIAN/control", _control(tree, program.architecture))
        control.add("DEBIAN/conffiles", f"/etc/{NAME}/bridge.json\n")
        for script in ("postinst", "prerm", "postrm"):
            control.add(f"DEBIAN/{script}", (PARTS / script).read_bytes(), 0o755)
        sums = subprocess.run(["md5sum", *sorted(name for name in tree.files if not name.startswith("etc/"))], cwd=root, capture_output=True, check=True)
        control.add("DEBIAN/md5sums", sums.stdout)
        control.write(root)
        out = pathlib.Path(folder) / package_name(program.architecture)
        # dpkg-deb sets later times of files to that of the release.
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(out)], check=True, capture_output=True,
                       env=os.environ | {"SOURCE_DATE_EPOCH": str(time)})
        return out.read_bytes()
