"""JSON with the comments that bridge.json and VS Code's files may hold."""
import json
import re

# Strings first, so that what looks like a comment in one stays.
TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)


def loads(text: str):
    """Raises ValueError on anything that is not JSON with comments; line numbers stay right."""
    return json.loads(TOKEN.sub(lambda token: token[0] if token[0][0] == '"' else "\n" * token[0].count("\n"), text))
