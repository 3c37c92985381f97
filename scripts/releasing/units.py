"""The two systemd services, which differ only in names: one server for the machine, and one for each file. And a socket for the first of them."""
from project import ROOT
from tree import Tree

UNITS = {
    "mcp-bridge.service": {"DESCRIPTION": "MCP server over HTTP", "FILE": "bridge", "STATE": "mcp-bridge"},
    "mcp-bridge@.service": {"DESCRIPTION": "MCP server %i over HTTP", "FILE": "%i", "STATE": "mcp-bridge@%i"},
}


def add_units(tree: Tree, folder: str) -> None:
    form = (ROOT / "packaging/systemd/unit.in").read_text()
    for name, values in UNITS.items():
        text = form
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        tree.add(f"{folder}/{name}", text)
    tree.add(f"{folder}/mcp-bridge.socket", (ROOT / "packaging/systemd/mcp-bridge.socket").read_text())
