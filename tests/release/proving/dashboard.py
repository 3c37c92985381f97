"""The dashboard for Grafana: a Prometheus reads a bridge that has work, and each query of the dashboard has an answer there."""
import json
import socket
import subprocess
import time
import urllib.parse
import urllib.request

from proving.made import ROOT, Release, lacks, run
from proving.serving import Bridge
from proving.systems import wait_until

DASHBOARD = ROOT / "packaging/grafana/dashboard.json"


def free_port() -> int:
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return any_socket.getsockname()[1]


def _queries() -> list:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [(panel["title"], target["expr"]) for panel in panels for target in panel.get("targets", [])]


def _resolved(query: str) -> str:
    """The query as Grafana sends it, for all instances, with an answer even if nothing is wrong."""
    return query.replace("$job", "mcp-bridge").replace("$instance", ".*").replace("$__rate_interval", "10s").replace("[1h]", "[10s]").replace(" > 0", "")


def _answer(port: int, query: str) -> list:
    address = f"http://127.0.0.1:{port}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=10) as reply:
            return json.load(reply)["data"]["result"]
    except OSError:
        return []


def _start(folder, metrics: int, port: int) -> subprocess.Popen:
    folder.mkdir()
    (folder / "prometheus.yml").write_text(
        f"global: {{ scrape_interval: 1s }}\nscrape_configs:\n  - job_name: mcp-bridge\n    static_configs: [{{ targets: ['127.0.0.1:{metrics}'] }}]\n")
    return subprocess.Popen(["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                             f"--web.listen-address=127.0.0.1:{port}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def check_dashboard(results, release: Release) -> None:
    promise = "each query of the dashboard has an answer in Prometheus"
    if why := lacks("prometheus"):
        results.skip(promise, why)
        return
    metrics, port = free_port(), free_port()
    with Bridge([release.binary, "--metrics-listen", metrics]) as bridge, _start(release.work / "prometheus", metrics, port) as prometheus:
        try:
            listens = wait_until(lambda: _answer(port, "up"))
            # Rates need calls between two readings.
            for _ in range(4):
                run(ROOT / "scripts/try", bridge.url, "get_alerts", '{ "state": "CA" }')
                time.sleep(1)
            queries = _queries()
            silent = []
            for title, query in queries:
                if not wait_until(lambda query=query: _answer(port, _resolved(query)), 10):
                    silent.append(f"{title}: {query}")
            results.check(listens and len(queries) > 25 and not silent, promise, *silent, bridge.log())
        finally:
            prometheus.kill()
