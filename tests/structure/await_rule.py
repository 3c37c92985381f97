"""Nothing is born inside a co_await, and no condition awaits.

g++ 12 destroys twice a temporary aggregate, or a lambda that owns what it captured, when it is made inside an expression
with co_await. The rule is stricter than the bug, because a reader cannot see which class is an aggregate: name it first,
then move it in. And where the condition of an if or while awaits and its body does too, g++ 12 destroys the frame wrongly:
await into a variable first."""
import re

from source import code_of, end_of_group, line_of

_LAMBDA_COMES_AFTER = "(,={&|?:"
_CONDITION = re.compile(r"\b(?:if|while)\s*\(")
_CAPTURE_BY_REFERENCE = re.compile(r"^\s*(&\s*\w*\s*|this\s*)$")


def violations(text: str) -> list[tuple[int, str]]:
    """Line and reason of each."""
    code = code_of(text)
    found = []
    for match in re.finditer(r"\bco_await\b", code):
        found += ((line_of(code, at), what) for at, what in _born_inside(code, match.end()))
    for match in _CONDITION.finditer(code):
        if re.search(r"\bco_await\b", code[match.end():end_of_group(code, match.end() - 1)]):
            found.append((line_of(code, match.start()), "a condition awaits"))
    return sorted(set(found))


def _born_inside(code: str, at: int):
    depth = 0
    while at < len(code):
        c = code[at]
        if c == ";" or (c in ")}]" and depth == 0):
            return
        if c == "[" and _last_before(code, at) in _LAMBDA_COMES_AFTER:
            captures_end = end_of_group(code, at)
            captures = code[at + 1:captures_end - 1]
            if captures.strip() and not all(map(_CAPTURE_BY_REFERENCE.match, captures.split(","))):
                yield at, "a lambda that owns its captures is made inside a co_await"
            at = end_of_group(code, code.index("{", captures_end))
            continue
        if c == "{":
            if depth == 0 and _last_before(code, at) == ")" and _is_block(code, at):
                return
            end = end_of_group(code, at)
            # A bare `{}` is a default value, nearly always of a view; destroying one twice does nothing.
            if _last_before(code, at) not in "(," or code[at + 1:end - 1].strip():
                yield at, "a braced temporary is made inside a co_await"
            at = end
            continue
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(c, 0)
        at += 1


def _last_before(code: str, at: int) -> str:
    return code[:at].rstrip()[-1:]


def _is_block(code: str, at: int) -> bool:
    """True for the braces of a loop or branch, which hold statements."""
    return ";" in code[at:end_of_group(code, at)]
