"""The settings of clients: .vscode/mcp.json and the blocks of the pages, by the shape that each client wants, and whether they lead to the server."""
import json
import re

from . import jsonc
from .bridge import Client, Wrong

# What stands in for a value that the client asks its user for, or takes from its environment.
PLACEHOLDER = re.compile(r"\$\{(?:input|env):([\w-]+)\}|\$\{([A-Z_]+)(?::-[^}]*)?\}|<([\w -]+)>")
AZURE = re.compile(r"https://[^/]*\.azurewebsites\.net/")

# Where the servers stand, and what an entry must and may have.
SHAPES = {
    "vscode": ("servers", {"type", "url"}, {"headers"}),
    "claude-code": ("mcpServers", {"type", "url"}, {"headers"}),
    "cursor": ("mcpServers", {"url"}, {"headers"}),
    "claude-desktop": ("mcpServers", {"command", "args"}, {"env"}),
}


def entries(client: str, text: str) -> dict:
    """The servers by name; a bare URL, for clients that take nothing else, is one of them."""
    if client == "url":
        return {"the URL": {"url": text.strip()}}
    return jsonc.loads(text)[SHAPES[client][0]]


def wrong_shape(client: str, text: str) -> list:
    if client == "url":
        return [] if re.match(r"https://\S+$", text.strip()) else [f"{text.strip()} is no URL"]
    if client not in SHAPES:
        return [f"no shape is known for the client '{client}'; known: {', '.join(SHAPES)}"]
    place, needed, allowed = SHAPES[client]
    settings = jsonc.loads(text)
    servers = settings.get(place)
    if not isinstance(servers, dict) or not servers:
        return [f"no servers under {place}"]
    wrong = [f"strange key {key}" for key in set(settings) - {place, "inputs"}]
    for name, entry in servers.items():
        wrong += [f"{name}: {key} is missing" for key in needed - set(entry)]
        wrong += [f"{name}: strange key {key}" for key in set(entry) - needed - allowed]
        if entry.get("type", "http") not in ("http", "sse"):
            wrong.append(f"{name}: type {entry['type']} is neither http nor sse")
        url = entry.get("url", "")
        if "url" in needed and not re.match(r"https?://", url) and not url.startswith("${"):
            wrong.append(f"{name}: {url} is no URL")
        if url.startswith("http://") and not re.match(r"http://(localhost|127\.0\.0\.1)[:/]", url):
            wrong.append(f"{name}: a key over plain HTTP")
    return wrong + _wrong_inputs(settings)


def _wrong_inputs(settings) -> list:
    """Each ${input:...} of VS Code is asked for, each question is used, and what is secret is not shown."""
    inputs = {each["id"]: each for each in settings.get("inputs", [])}
    used = set(re.findall(r"\$\{input:([\w-]+)\}", json.dumps(settings)))
    wrong = [f"the input {name} is used and not asked for" for name in used - set(inputs)]
    wrong += [f"the input {name} is asked for and not used" for name in set(inputs) - used]
    for name, each in inputs.items():
        if each.get("type") != "promptString" or not each.get("description"):
            wrong.append(f"the input {name} is no promptString with a description")
        if re.search(r"key|secret|token", name) and each.get("password") is not True:
            wrong.append(f"the input {name} is shown while it is typed")
    return wrong


def leads_to(entry: dict, local_url: str, key: str):
    """Asks the bridge at `local_url`, which wants `key`, as this entry says: its path, query and headers. Raises Wrong."""
    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda found: key if "KEY" in found[0].upper() else "name", text)

    url = AZURE.sub(local_url.split("/mcp")[0] + "/", fill(entry["url"]))
    if not url.startswith(local_url.split("/mcp")[0]):
        raise Wrong(f"{entry['url']} leads to {url}")
    Client(url, {name: fill(value) for name, value in entry.get("headers", {}).items()})
