"""What the reader of Bicep makes, and how to look into it."""

from dataclasses import dataclass, field


class Mistake(Exception):
    def __init__(self, line, text):
        super().__init__(f"line {line}: {text}")
        self.line = line


@dataclass
class Node:
    """kind: string (parts), number, bool, null, name, call, member, index, assert (the `!` after an expression), object, array, for, lambda,
    ternary, binary, unary. What `items` holds depends on it."""

    kind: str
    line: int
    value: object = None
    items: list = field(default_factory=list)


@dataclass
class Statement:
    kind: str
    line: int
    name: str = ""
    type: str = ""
    path: str = ""
    existing: bool = False
    condition: Node = None
    loop: Node = None
    value: Node = None
    decorators: list = field(default_factory=list)


def walk(node, visit):
    """Calls `visit` for the node and everything below it, parents first."""
    if node is None or isinstance(node, str):
        return
    visit(node)
    for item in node.items:
        walk(item[1] if isinstance(item, tuple) else item, visit)


def calls(node):
    """The functions that an expression calls."""
    found = set()
    walk(node, lambda inner: found.add(inner.value) if inner.kind == "call" else None)
    return found


def entries(node):
    """The members of an object by name."""
    return {key: value for key, value, _ in node.items} if node is not None and node.kind == "object" else {}


def literal(node):
    """The text of a string without interpolation, else None."""
    if node is not None and node.kind == "string" and all(isinstance(part, str) for part in node.items):
        return "".join(node.items)
    return None
