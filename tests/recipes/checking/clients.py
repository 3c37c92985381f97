"""The settings of clients: .vscode/mcp.json and the blocks of the pages, by the shape that each client wants, and whether they lead to the server."""
import base64
import binascii
import json
import re
import tomllib
import urllib.parse

from . import jsonc
from .bridge import Client, Wrong

# What stands in for a value that the client asks its user for, or takes from its environment.
PLACEHOLDER = re.compile(r"\$\{(?:input|env):([\w-]+)\}|\$\{?([A-Z_]+)(?:(?::-[^}]*)?\})?|<([\w -]+)>")
AZURE = re.compile(r"https://[^/]*\.azurewebsites\.net/")

# Where the servers stand, and what an entry must and may have.
SHAPES = {
    "vscode": ("servers", {"type", "url"}, {"headers"}),
    "claude-code": ("mcpServers", {"type", "url"}, {"headers"}),
    "cursor": ("mcpServers", {"url"}, {"headers"}),
    "claude-desktop": ("mcpServers", {"command", "args"}, {"env"}),
    "windsurf": ("mcpServers", {"serverUrl"}, {"headers"}),
    "gemini": ("mcpServers", {"httpUrl"}, {"headers"}),
    "codex": ("mcp_servers", {"url"}, {"env_http_headers"}),
}
URL_KEYS = ("url", "serverUrl", "httpUrl")
# Links that install a server: the client, and where the link leads. VS Code reads the settings as JSON, Cursor as base64 of JSON.
INSTALL_LINKS = {"vscode": "https://insiders.vscode.dev/redirect/mcp/install", "cursor": "https://cursor.com/en/install-mcp"}


def entries(client: str, text: str) -> dict:
    """The servers by name; a bare URL, for clients that take nothing else, is one of them."""
    if client == "url":
        return {"the URL": {"url": text.strip()}}
    return settings_of(client, text)[SHAPES[client][0]]


def settings_of(client: str, text: str) -> dict:
    """The whole file of a client: TOML for Codex, JSON for the others."""
    return tomllib.loads(text) if client == "codex" else jsonc.loads(text)


def url_of(entry: dict) -> str:
    return next((entry[key] for key in URL_KEYS if key in entry), "")


def headers_of(entry: dict) -> dict:
    """Codex names the variable that holds the value of a header; the others write the value, with a placeholder in it."""
    return {**entry.get("headers", {}), **{name: f"${{{variable}}}" for name, variable in entry.get("env_http_headers", {}).items()}}


def install_link(client: str, name: str, entry: dict, inputs: list) -> str:
    """The link that installs this entry. `inputs` are the questions that VS Code asks for it."""
    written = json.dumps(entry, separators=(",", ":"))
    if client == "cursor":
        written = base64.b64encode(written.encode()).decode()
    query = [("name", name), *([("inputs", json.dumps(inputs, separators=(",", ":")))] if inputs else []), ("config", written)]
    return f"{INSTALL_LINKS[client]}?{urllib.parse.urlencode(query, quote_via=urllib.parse.quote, safe='')}"


def wrong_install_link(link: str, settings: dict) -> str:
    """What is wrong with an install link: its payload must be the entry of that name in one of the client's `settings` (texts by client)."""
    client = next(client for client, place in INSTALL_LINKS.items() if link.startswith(place))
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))
    try:
        entry = json.loads(base64.b64decode(query["config"], validate=True) if client == "cursor" else query["config"])
        inputs = json.loads(query.get("inputs", "[]"))
    except (KeyError, ValueError, binascii.Error) as error:
        return f"{client}: the settings in the link cannot be read: {type(error).__name__}: {error}"
    texts = [settings_of(client, text) for text in settings.get(client, [])]
    wanted = [(text[SHAPES[client][0]][query["name"]], inputs_for(text, query["name"])) for text in texts
              if query.get("name") in text.get(SHAPES[client][0], {})]
    if not wanted:
        return f"{client}: no settings of these pages have a server {query.get('name')}"
    if (entry, inputs) not in wanted:
        return f"{client}: the link to {query['name']} holds other settings; write {install_link(client, query['name'], *wanted[0])}"
    return ""


def inputs_for(settings: dict, name: str) -> list:
    """The questions of VS Code's settings that this server's entry needs."""
    used = set(re.findall(r"\$\{input:([\w-]+)\}", json.dumps(settings["servers"][name]))) if "servers" in settings else set()
    return [each for each in settings.get("inputs", []) if each["id"] in used]


def wrong_shape(client: str, text: str) -> list:
    if client == "url":
        return [] if re.match(r"https://\S+$", text.strip()) else [f"{text.strip()} is no URL"]
    if client not in SHAPES:
        return [f"no shape is known for the client '{client}'; known: {', '.join(SHAPES)}"]
    place, needed, allowed = SHAPES[client]
    settings = settings_of(client, text)
    servers = settings.get(place)
    if not isinstance(servers, dict) or not servers:
        return [f"no servers under {place}"]
    wrong = [f"strange key {key}" for key in set(settings) - {place, "inputs"}]
    for name, entry in servers.items():
        wrong += [f"{name}: {key} is missing" for key in needed - set(entry)]
        wrong += [f"{name}: strange key {key}" for key in set(entry) - needed - allowed]
        if entry.get("type", "http") not in ("http", "sse"):
            wrong.append(f"{name}: type {entry['type']} is neither http nor sse")
        url = url_of(entry)
        if needed.intersection(URL_KEYS) and not re.match(r"https?://", url) and not url.startswith("${"):
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

    url = AZURE.sub(local_url.split("/mcp")[0] + "/", fill(url_of(entry)))
    if not url.startswith(local_url.split("/mcp")[0]):
        raise Wrong(f"{url_of(entry)} leads to {url}")
    Client(url, {name: fill(value) for name, value in headers_of(entry).items()})
