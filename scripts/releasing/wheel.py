"""The package for pip and uv."""
import base64
import hashlib
import io
import stat
import time as clock
import zipfile

from architecture import Architecture
from components import licence_texts
from program import Program
from project import HOME_PAGE, LICENCE, NAME, ROOT, SUMMARY, version
from tree import Tree

PARTS = ROOT / "packaging/python"
MODULE = "mcp_bridge"


def wheel_name(architecture: Architecture) -> str:
    return f"{MODULE}-{version()}-py3-none-{'.'.join(architecture.wheel_tags())}.whl"


def _metadata() -> str:
    head = [("Metadata-Version", "2.1"), ("Name", NAME), ("Version", version()), ("Summary", SUMMARY), ("License", LICENCE),
            ("Keywords", "mcp,model-context-protocol,stdio,http,bridge,proxy"), ("Classifier", "Operating System :: POSIX :: Linux"),
            ("Requires-Python", ">=3.8"), ("Description-Content-Type", "text/markdown")]
    if HOME_PAGE:
        head.append(("Project-URL", f"Homepage, {HOME_PAGE}"))
    return "".join(f"{key}: {value}\n" for key, value in head) + "\n" + (PARTS / "README.md").read_text()


def _sum(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def wheel(program: Program, time: int) -> bytes:
    tree = Tree()
    information = f"{MODULE}-{version()}.dist-info"
    # pip puts what is in this folder beside its other commands, as it is.
    tree.add(f"{MODULE}-{version()}.data/scripts/{NAME}", program.binary, 0o755)
    tree.add(f"{MODULE}/__init__.py", '"""The program mcp-bridge, as a package."""\n')
    tree.add(f"{MODULE}/__main__.py", (PARTS / "__main__.py").read_bytes())
    tree.add(f"{information}/METADATA", _metadata())
    tree.add(f"{information}/WHEEL", f"Wheel-Version: 1.0\nGenerator: {NAME} scripts/release\nRoot-Is-Purelib: false\n"
             + "".join(f"Tag: py3-none-{tag}\n" for tag in program.architecture.wheel_tags()))
    tree.add(f"{information}/licenses/LICENSE", (ROOT / "LICENSE").read_bytes())
    for name, text in licence_texts(program.architecture).items():
        tree.add(f"{information}/{name}", text)
    record = "".join(f"{name},{_sum(file.content)},{len(file.content)}\n" for name, file in sorted(tree.files.items()))
    tree.add(f"{information}/RECORD", record + f"{information}/RECORD,,\n")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in sorted(tree.files.items(), key=lambda item: (".dist-info/" in item[0], item[0])):
            entry = zipfile.ZipInfo(name, clock.gmtime(time)[:6])
            entry.create_system = 3  # Unix, so that the modes count
            entry.external_attr = (stat.S_IFREG | file.mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content)
    return out.getvalue()
