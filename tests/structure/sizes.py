"""Measures headers and functions. The sources are formatted (scripts/format), so the indentation shows where a function ends."""
import re

LONGEST_HEADER = 120
LONGEST_FUNCTION = 50

# A definition outside of a class, or inside of one: its first line is not indented, or by four columns.
BEGIN = re.compile(r"^((?: {4})?)(?![ }#/:])(?!(?:namespace|class|struct|enum|union|if|for|while|switch|do|else|case|public|private|protected|return|extern)\b)"
                   r".*[({,)]$|^((?: {4})?)\S.*\) (?:const |noexcept |override )*\{$")


def long_functions(text: str):
    """The line and the length of each function that is longer than LONGEST_FUNCTION lines."""
    lines = text.splitlines()
    i = 0
    while i < len(lines):
        match = BEGIN.match(lines[i])
        indent = next((group for group in match.groups() if group is not None), "") if match else None
        if indent is None or not _opens_function(lines, i, indent):
            i += 1
            continue
        end = next((k for k in range(i + 1, len(lines)) if lines[k] == indent + "}"), None)
        if end is None:
            i += 1
            continue
        if end - i + 1 > LONGEST_FUNCTION:
            yield i + 1, end - i + 1
        i = end + 1


def _opens_function(lines: list[str], begin: int, indent: str) -> bool:
    """True if a body opens on this line or on its continuation, before anything else at the same indentation."""
    head = ""
    for line in lines[begin:begin + 12]:
        head += line.strip() + " "
        if line.endswith("{"):
            return "(" in head and not re.search(r"[=(,] *\{ $|\b(?:class|struct|enum|namespace) [^(]*\{ $|^\w+ =|\[\]?.*= \{ $", head)
        if line.endswith((";", "}")) or (line.startswith(indent) and line == indent + "}"):
            return False
    return False
