"""nginx, Caddy and Traefik in front of the bridge, with TLS, as packaging/proxy configures them."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

from proving.image import free_port
from proving.made import ROOT, Release, lacks, run
from proving.serving import Bridge
from proving.systems import wait_until
from proving.tools import TOOLS, tools_from_pypi

PROXIES = ROOT / "packaging/proxy"
# The lines that docs/production.md adds to each configuration for a prefix, and the line before which they belong.
PREFIX = {"nginx": ("    location /weather/ {\n        proxy_pass http://bridge/;\n    }\n", "    location / {\n"),
          "caddy": ("\thandle_path /weather/* {\n\t\treverse_proxy bridge:7071\n\t}\n", "\treverse_proxy"),
          "traefik": ("""    weather:
      rule: Host(`mcp.example.com`) && PathPrefix(`/weather/`)
      service: bridge
      middlewares: [weather]
      tls: {}
  middlewares:
    weather:
      stripPrefix:
        prefixes: [/weather]
""", "  services:\n")}
SECONDS = 300  # of the long call
# A request of this many bytes takes a minute and a half at this rate.
SLOW_BYTES, SLOW_RATE = 2_000_000, "22k"
NAME = "mcp.example.com"

# A server with three tools: `count` sends progress twice, a second apart; `wait` says nothing for some seconds; `echo` gives back its argument.
TALKING = """import json, sys, time
def send(message):
    print(json.dumps({"jsonrpc": "2.0"} | message), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("method") == "initialize":
        answer = {"protocolVersion": asked["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "talking", "version": "1"}}
    elif asked.get("method") == "tools/call" and asked["params"]["name"] == "count":
        for step in (1, 2):
            send({"method": "notifications/progress", "params": {"progressToken": asked["params"]["_meta"]["progressToken"], "progress": step}})
            time.sleep(1)
        answer = {"content": []}
    elif asked.get("method") == "tools/call" and asked["params"]["name"] == "wait":
        time.sleep(asked["params"]["arguments"]["seconds"])
        answer = {"content": [{"type": "text", "text": "waited"}]}
    elif asked.get("method") == "tools/call":
        answer = {"content": [{"type": "text", "text": asked["params"]["arguments"]["text"]}]}
    elif "id" in asked:
        answer = {}
    else:
        continue
    send({"id": asked["id"], "result": answer})
"""


def _make_certificate(folder: pathlib.Path) -> None:
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
        "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "tls.key", "-out", folder / "tls.crt")


def _replaced(text: str, changes: dict) -> str:
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"the configuration no longer has '{old}'")
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def _running(command: list, folder: pathlib.Path):
    environment = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with subprocess.Popen(list(map(str, command)), cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _with_prefix(name: str, text: str) -> str:
    lines, place = PREFIX[name]
    return _replaced(text, {place: lines + place})


def _nginx(folder: pathlib.Path, port: int, bridge: int):
    text = _replaced(_with_prefix("nginx", (PROXIES / "nginx.conf").read_text()), {"bridge:7071": f"127.0.0.1:{bridge}", "listen 443": f"listen 127.0.0.1:{port}",
                                                            "/etc/nginx/tls/": f"{folder}/"})
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(f"daemon off; pid {folder}/pid; error_log {folder}/log;\nevents {{}}\nhttp {{\naccess_log off;\n{kept}{text}}}\n")
    return _running(["nginx", "-c", folder / "nginx.conf", "-e", folder / "log"], folder)


def _caddy(folder: pathlib.Path, port: int, bridge: int):
    text = _replaced(_with_prefix("caddy", (PROXIES / "Caddyfile").read_text()), {"bridge:7071": f"127.0.0.1:{bridge}",
                                                           f"{NAME} {{": f"https://{NAME}:{port} {{\n\ttls {folder}/tls.crt {folder}/tls.key"})
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    return _running(["caddy", "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"], folder)


def _traefik(folder: pathlib.Path, port: int, bridge: int):
    routes = folder / "traefik-routes.yml"
    routes.write_text(_replaced(_with_prefix("traefik", (PROXIES / "traefik-routes.yml").read_text()),
                                {"bridge:7071": f"127.0.0.1:{bridge}", "/etc/traefik/tls": str(folder)}))
    text = _replaced((PROXIES / "traefik.yml").read_text(), {":443": f"127.0.0.1:{port}", "/etc/traefik/traefik-routes.yml": str(routes)})
    # It would ask for newer versions of itself.
    (folder / "traefik.yml").write_text("global:\n  checkNewVersion: false\n" + text)
    return _running([TOOLS / "bin/traefik", f"--configfile={folder / 'traefik.yml'}"], folder)


class Client:
    """curl, which trusts the certificate of the test and knows where the name is."""

    def __init__(self, folder: pathlib.Path, port: int, prefix: str = ""):
        self.folder = folder
        self.base = ["curl", "--silent", "--show-error", "--cacert", str(folder / "tls.crt"), "--resolve", f"{NAME}:{port}:127.0.0.1", "--noproxy", "*",
                     "--no-buffer", "-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream"]
        self.url = f"https://{NAME}:{port}{prefix}/mcp"
        self.session = []

    def command(self, method: str, parameters: dict, *more) -> list:
        body = self.folder / f"{time.monotonic_ns()}.json"
        body.write_text(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}))
        return [*self.base, *self.session, *more, "--data-binary", f"@{body}", self.url]

    def open(self) -> bool:
        parameters = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "curl", "version": "1"}}
        answered = run(*self.command("initialize", parameters, "--include")).stdout
        found = re.search(r"^mcp-session-id: (\S+)", answered, re.MULTILINE | re.IGNORECASE)
        if found:
            self.session = ["-H", f"Mcp-Session-Id: {found.group(1)}", "-H", "MCP-Protocol-Version: 2025-11-25"]
            ready = self.folder / "ready.json"
            ready.write_text('{"jsonrpc":"2.0","method":"notifications/initialized"}')
            run(*self.base, *self.session, "--data-binary", f"@{ready}", self.url)
        return bool(found)

    def times_of_progress(self) -> list:
        """When each event arrived of a call that sends progress twice, from its begin."""
        began, times = time.monotonic(), []
        with subprocess.Popen(self.command("tools/call", {"name": "count", "arguments": {}, "_meta": {"progressToken": "t"}}), stdout=subprocess.PIPE,
                              text=True) as call:
            for line in call.stdout:
                if line.startswith("data:") and len(line) > 8:
                    times.append(time.monotonic() - began)
        return times


STARTED = {"nginx": _nginx, "caddy": _caddy, "traefik": _traefik}
HTTP_VERSIONS = {"nginx": ["1.1"], "caddy": ["1.1", "2"], "traefik": ["1.1", "2"]}


def _lacks(name: str) -> str:
    """Why this proxy cannot be tested, or nothing."""
    return lacks("curl") or (tools_from_pypi() if name == "traefik" else lacks(name))


@contextlib.contextmanager
def _in_front(release: Release, name: str):
    """The proxy in front of a bridge: its folder, its port, and the bridge."""
    folder = release.work / f"proxy-{name}-{time.monotonic_ns()}"
    folder.mkdir()
    folder.chmod(0o755)
    _make_certificate(folder)
    (folder / "talking.py").write_text(TALKING)
    port = free_port()
    with Bridge([release.binary, "--allowed-host", NAME, "--path-prefix", "/weather"], ["--", sys.executable, str(folder / "talking.py")]) as bridge:
        with STARTED[name](folder, port, int(bridge.url.split(":")[2].split("/")[0])):
            yield folder, port, bridge


def _check_proxy(results, release: Release, name: str) -> None:
    with _in_front(release, name) as (folder, port, bridge):
        client = Client(folder, port)
        results.check(wait_until(client.open, 20), f"{name}: a client opens a session over TLS", bridge.log())
        times = client.times_of_progress()
        results.check(len(times) == 3 and times[0] < 0.8 and times[2] > 1.8, f"{name}: events arrive when they are sent", str(times))
        text = "x" * 20_000_000
        echoed = run(*client.command("tools/call", {"name": "echo", "arguments": {"text": text}})).stdout
        results.check(text in echoed, f"{name}: 20 MB pass in both directions", echoed[:300])
        other = client.command("tools/call", {"name": "echo", "arguments": {"text": ""}}, "-H", "Origin: https://evil.example", "--include")
        results.check(" 403" in run(*other).stdout.splitlines()[0], f"{name}: a web page of another origin is refused")
        below = Client(folder, port, "/weather")
        answered = below.open() and run(*below.command("tools/call", {"name": "echo", "arguments": {"text": "below"}})).stdout
        results.check(answered and "below" in answered, f"{name}: the bridge answers behind a prefix", str(answered))
        # The first event of HTTP+SSE names the path for messages: to a Java SDK the whole path, which has to be below the prefix too.
        opened = run(*below.base, "--max-time", "3", "--user-agent", "Java-http-client/17", below.url.removesuffix("/mcp") + "/sse").stdout
        results.check("data: /weather/messages" in opened, f"{name}: HTTP+SSE names its address behind the prefix", opened)


def check_proxies(results, release: Release) -> None:
    page = (ROOT / "docs/production.md").read_text()
    for name in STARTED:
        results.check(PREFIX[name][0].strip() in page, f"{name}: docs/production.md has the lines for a prefix")
        if why := _lacks(name):
            results.skip(f"{name} in front of the bridge", why)
        else:
            _check_proxy(results, release, name)


def check_long_calls(results, release: Release) -> None:
    """Calls of five minutes through each proxy, with each version of HTTP that it speaks, and calls that arrive slowly, at the same time."""
    with contextlib.ExitStack() as open_ones:
        calls = []
        for name in STARTED:
            if why := _lacks(name):
                results.skip(f"{name}: a call of {SECONDS} s is answered", why)
                continue
            folder, port, bridge = open_ones.enter_context(_in_front(release, name))
            for version in HTTP_VERSIONS[name]:
                for promise, shown, parameters, more in (
                        (f"a call of {SECONDS} s", "waited", {"name": "wait", "arguments": {"seconds": SECONDS}}, []),
                        ("a call that arrives slowly", "x" * SLOW_BYTES, {"name": "echo", "arguments": {"text": "x" * SLOW_BYTES}}, ["--limit-rate", SLOW_RATE])):
                    client = Client(folder, port)
                    wait_until(client.open, 20)
                    command = client.command("tools/call", parameters, f"--http{version}", *more, "--write-out", "\nover HTTP/%{http_version}\n")
                    call = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                    calls.append((f"{name}: {promise} over HTTP/{version} is answered", shown, version, call, bridge))
        for promise, shown, version, call, bridge in calls:
            answer = call.communicate(timeout=SECONDS + 60)[0]
            results.check(shown in answer and answer.endswith(f"over HTTP/{version}\n"), promise, answer[-3000:], bridge.log())
