"""The tarballs: the program with all that belongs to it, and its symbols."""
import completions
from components import licence_texts
from manual import manual
from program import Program
from project import NAME, ROOT, version
from tree import Tree, compressed
from units import add_units

EXAMPLE = ROOT / "packaging/bridge.json"


def add_documents(tree: Tree, program: Program, time: int, places: dict) -> None:
    """Adds the manual page and the completions. `places` names the folder or file of each."""
    tree.add(places["manual"], manual(program, time))
    tree.add(places["bash"], completions.bash(program))
    tree.add(places["zsh"], completions.zsh(program))
    tree.add(places["fish"], completions.fish(program))


def archives(program: Program, time: int) -> dict:
    stem = f"{NAME}-{version()}"
    tree = Tree()
    tree.add(f"bin/{NAME}", program.binary, 0o755)
    add_documents(tree, program, time, {
        "manual": f"share/man/man1/{NAME}.1",
        "bash": f"share/bash-completion/completions/{NAME}",
        "zsh": f"share/zsh/site-functions/_{NAME}",
        "fish": f"share/fish/vendor_completions.d/{NAME}.fish",
    })
    for name in ("LICENSE", "CHANGELOG.md"):
        tree.add(name, (ROOT / name).read_bytes())
    for name, text in licence_texts(program.architecture).items():
        tree.add(name, text)
    tree.add("README", (ROOT / "packaging/README").read_text())
    tree.add("examples/bridge.json", EXAMPLE.read_bytes())
    add_units(tree, "examples/systemd")
    symbols = Tree()
    symbols.add(f"{NAME}.debug", program.symbols)
    platform = f"{stem}-linux-{program.architecture.name}"
    return {f"{platform}.tar.gz": compressed(tree.tar(time, f"{platform}/")),
            f"{platform}-debug.tar.gz": compressed(symbols.tar(time, f"{platform}-debug/"))}
