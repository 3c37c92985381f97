"""Other people's parsers: a second and a third opinion on the syntax."""

import re
from functools import lru_cache

import pycep
import tree_sitter_bicep
import tree_sitter_powershell
from lark.exceptions import LarkError
from tree_sitter import Language, Parser


def faults(node):
    if node.type == "ERROR" or node.is_missing:
        yield node
    else:
        for child in node.children:
            yield from faults(child)


def read(language, text):
    tree = Parser(Language(language)).parse(text)
    return [f"line {node.start_point[0] + 1}: {node.text[:60]!r}" for node in faults(tree.root_node)]


# The checks' own tests give the same files many times.
@lru_cache(maxsize=64)
def bicep(text):
    mistakes = []
    try:
        pycep.BicepParser().parse(text=text)
    except (LarkError, ValueError, KeyError) as error:
        mistakes.append(f"pycep: {str(error).splitlines()[0]}")
    # tree-sitter's grammar is older than extensions.
    text = "\n".join("" if line.startswith("extension ") else line for line in text.split("\n"))
    return mistakes + [f"tree-sitter: {fault}" for fault in read(tree_sitter_bicep.language(), text.encode())]


def check(root):
    mistakes, paths = [], sorted((root / "infra").rglob("*.bicep"))
    if len(paths) < 8:
        mistakes.append(f"only {len(paths)} Bicep files")
    for path in paths:
        mistakes += [f"{path.relative_to(root)}: {fault}" for fault in bicep(path.read_text())]
    return mistakes


def powershell(root):
    paths = sorted((root / "scripts").glob("*.ps1"))
    return [f"{path.relative_to(root)}: {fault}" for path in paths
            for fault in read(tree_sitter_powershell.language(), path.read_bytes()) + stacks(path.read_text())]


def stacks(text):
    """What makes PowerShell print a stack where one line is meant: its own errors, and programs that are started though they may be missing."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    code = "\n".join(lines)
    faults = [f"line with {word}: write to [Console]::Error and exit" for word in ("Write-Error", "throw ") if word in code]
    for tool in ("az", "azd", r"& \$tool"):
        name = tool.removeprefix("& ")
        called = re.search(rf"(?m)^[^'\"\n]*?(?<!Get-Command )(?<!Assert-Program )(?<![-\w])({tool}) ", code)
        asked = re.search(rf"(?:Get-Command|Assert-Program) {name} ", code)
        if called and (not asked or asked.start() > called.start(1)):
            faults.append(f"{name} is started, and nothing asked before whether it is installed")
    return faults
