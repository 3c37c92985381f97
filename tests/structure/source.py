"""C++ text with what is no code blanked out, line numbers kept."""
import re

_NO_CODE = re.compile(
    r'''(?P<raw>R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)")|(?P<comment>//[^\n]*|/\*.*?\*/)'''
    r'''|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<char>(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+')''', re.DOTALL)


def code_of(text: str) -> str:
    """Comments become blanks, literals become `""`."""
    def blank(match: re.Match) -> str:
        lines = "\n" * match.group().count("\n")
        return (" " if match.group("comment") else '""') + lines
    return _NO_CODE.sub(blank, text)


def without_comments(text: str) -> str:
    """Comments become blanks, literals stay."""
    return _NO_CODE.sub(lambda match: " " + "\n" * match.group().count("\n") if match.group("comment") else match.group(), text)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def end_of_group(code: str, start: int) -> int:
    """One past the bracket that closes the one at `start`."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    close = []
    for at in range(start, len(code)):
        if code[at] in pairs:
            close.append(pairs[code[at]])
        elif close and code[at] == close[-1]:
            close.pop()
            if not close:
                return at + 1
    return len(code)
