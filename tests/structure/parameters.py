"""Finds parameters whose name is a preposition or a question word: the reader has to guess what the argument is (CONTRIBUTING.md, rules).

The sources are formatted (scripts/format), so the spaces tell `type& name` from `left & right`, and `type<argument>` from `left < right`."""
import re
from typing import NamedTuple

from source import code_of

NAMELESS = frozenset(
    "about after against among at before behind below beside between beyond by during for_ from in into of on onto out_of over per since "
    "than through throughout till to toward towards under until up upon via with within without "
    "how what when where which who whoever whom whose why".split())

_TOKEN = re.compile(r'\w+|""|::|->|&&|\|\||\.\.\.|<<=|<=>|<=|>=|==|!=|[+\-*/%&|^]=|\S')
_WORD = re.compile(r"[A-Za-z_]\w*$")

# A group of brackets behind one of these words holds a statement's condition or a declaration that is no parameter.
_STATEMENTS = frozenset("if for while switch".split())
# A word that stands before an expression, not before a name that it declares.
_OPERATORS = frozenset("alignof and case co_await co_return co_yield delete else goto new not or return sizeof throw".split())


class Token(NamedTuple):
    text: str
    line: int
    touches: bool  # no space before it


def _tokens(code: str) -> list[Token]:
    found = []
    line = 1
    end = 0
    for match in _TOKEN.finditer(code):
        line += code.count("\n", end, match.start())
        found.append(Token(match.group(), line, match.start() == end and end != 0))
        end = match.end()
    return found


def _opens_arguments(tokens: list[Token], i: int) -> bool:
    """True for the `<` of a template's arguments."""
    return tokens[i].text == "<" and tokens[i].touches and i > 0 and bool(_WORD.match(tokens[i - 1].text))


def _closes_arguments(tokens: list[Token], i: int) -> bool:
    return tokens[i].text == ">" and tokens[i].touches


def _groups(tokens: list[Token]):
    """The first and the last position inside of each pair of round brackets, inner pairs first."""
    open_brackets = []
    for i, each in enumerate(tokens):
        if each.text == "(":
            open_brackets.append(i)
        elif each.text == ")" and open_brackets:
            yield open_brackets.pop() + 1, i


def _entries(tokens: list[Token]):
    """The parts of a group between its commas."""
    entry: list[Token] = []
    depth = 0
    for i, each in enumerate(tokens):
        if each.text in "([{" or _opens_arguments(tokens, i):
            depth += 1
        elif each.text in ")]}" or _closes_arguments(tokens, i):
            depth -= 1
        if each.text == "," and depth == 0:
            yield entry
            entry = []
        else:
            entry.append(each)
    yield entry


def _declared(entry: list[Token]):
    """The token that names a parameter, or None if the entry declares none or names none."""
    depth = 0
    declarator: list[Token] = []  # the tokens outside of a template's arguments and of attributes
    for i, each in enumerate(entry):
        if each.text == "[" and declarator and _WORD.match(declarator[-1].text):
            break  # the length of an array
        if each.text == "=" and depth == 0:
            break
        if each.text in ("(", "[", "{") or _opens_arguments(entry, i):
            if depth == 0 and each.text in ("(", "{"):
                return None  # a call or a construction
            depth += 1
        elif each.text in (")", "]", "}") or (depth > 0 and _closes_arguments(entry, i)):
            depth -= 1
            if each.text == ">" and depth == 0:
                declarator.append(each)
        elif depth == 0:
            declarator.append(each)
    if len(declarator) < 2 or declarator[-2].text == "::" or not _WORD.match(declarator[-1].text) or not _WORD.match(declarator[0].text):
        return None
    return declarator[-1] if all(_is_of_type(declarator, i) for i in range(len(declarator) - 1)) else None


def _is_of_type(declarator: list[Token], i: int) -> bool:
    """True if this token before the name can belong to the name's type."""
    text = declarator[i].text
    if text == ">":
        return declarator[i].touches
    if text in ("&", "&&", "*"):
        return declarator[i].touches and (not declarator[i + 1].touches or declarator[i + 1].text in ("&", "&&", "*", "..."))
    if text in ("::", "..."):
        return True
    return bool(_WORD.match(text)) and text not in _OPERATORS


def nameless_parameters(text: str) -> list[int]:
    """The lines of C++ on which a function or a lambda has such a parameter."""
    tokens = _tokens(code_of(text))
    found = []
    for begin, end in _groups(tokens):
        if begin >= 2 and tokens[begin - 2].text in _STATEMENTS:
            continue
        for entry in _entries(tokens[begin:end]):
            name = _declared(entry)
            if name is not None and name.text in NAMELESS:
                found.append(name.line)
    return sorted(found)
