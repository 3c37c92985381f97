"""JSON with // and /* */ comments and trailing commas, as in bridge.json and in the files of editors."""
import json
import pathlib
import re

# The pattern matches strings first, so that text in a string that looks like a comment stays.
_TOKEN = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
# A comma before the end of an object or array, unless it follows no value. Here too, strings are matched first.
_TRAILING = re.compile(r'("(?:\\.|[^"\\])*")|(?<=[^\[{,:\s])(\s*),(?=\s*[}\]])', re.DOTALL)


class Mistake(Exception):
    """A mistake that the user must correct. The text says what is wrong and where."""


def without_comments(text: str) -> str:
    """The text with blanks in place of comments, so that lines and columns do not change."""
    return _TOKEN.sub(lambda found: found.group(1) or re.sub(r"[^\n]", " ", found.group(0)), text)


def without_trailing_commas(text: str) -> str:
    """The text, which has no comments, with a blank in place of each comma that stands before the end of an object or array."""
    return _TRAILING.sub(lambda found: found.group(1) or f"{found.group(2)} ", text)


def parse_json(text: str, name: str):
    try:
        return json.loads(without_trailing_commas(without_comments(text)))
    except json.JSONDecodeError as error:
        raise Mistake(f"{name}, line {error.lineno}, column {error.colno}: {error.msg}") from None


def read_json(path: pathlib.Path):
    try:
        return parse_json(path.read_text(encoding="utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"{path} cannot be read: {error}") from None
