"""JSON with // and /* */ comments, as bridge.json and the files of editors have it."""
import json
import pathlib
import re

# A string is matched first, so that what looks like a comment in it stays.
_TOKEN = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)


class Mistake(Exception):
    """Something that whoever calls the packager has to put right; the text says what and where."""


def without_comments(text: str) -> str:
    """The text with blanks in place of comments, so that lines and columns stay what they were."""
    return _TOKEN.sub(lambda found: found.group(1) or re.sub(r"[^\n]", " ", found.group(0)), text)


def parse_json(text: str, name: str):
    try:
        return json.loads(without_comments(text))
    except json.JSONDecodeError as error:
        raise Mistake(f"{name}, line {error.lineno}, column {error.colno}: {error.msg}") from None


def read_json(path: pathlib.Path):
    try:
        return parse_json(path.read_text(encoding="utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"{path} cannot be read: {error}") from None
