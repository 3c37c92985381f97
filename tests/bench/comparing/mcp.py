"""The part of MCP that a load generator needs."""
import http.client
import json
import time

VERSION = "2025-06-18"
MODERN_VERSION = "2026-07-28"
INITIALIZE = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "compare", "version": "1"}},
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def post(port: int, message: dict, session: str = "") -> tuple[int, str, str]:
    """Returns status, session id, body."""
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    if session:
        headers |= {"Mcp-Session-Id": session, "MCP-Protocol-Version": VERSION}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/mcp", json.dumps(message), headers)
        response = connection.getresponse()
        return response.status, response.getheader("Mcp-Session-Id") or "", response.read().decode()
    finally:
        connection.close()


def open_session(port: int) -> str:
    status, session, body = post(port, INITIALIZE)
    if status != 200 or '"serverInfo"' not in body:
        raise RuntimeError(f"initialize was answered {status}: {body[:200]}")
    status, _, body = post(port, INITIALIZED, session)
    if status not in (200, 202, 204):
        raise RuntimeError(f"notifications/initialized was answered {status}: {body[:200]}")
    return session


def discover(port: int):
    """Makes the server known to the bridge, as a client of 2026-07-28 does."""
    meta = {"io.modelcontextprotocol/protocolVersion": MODERN_VERSION, "io.modelcontextprotocol/clientCapabilities": {}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": meta}}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
               "MCP-Protocol-Version": MODERN_VERSION, "Mcp-Method": "server/discover"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/mcp", json.dumps(message), headers)
        response = connection.getresponse()
        body = response.read().decode()
    finally:
        connection.close()
    if response.status != 200 or '"supportedVersions"' not in body:
        raise RuntimeError(f"server/discover was answered {response.status}: {body[:200]}")


def milliseconds_to_initialize(port: int) -> float:
    begin = time.perf_counter()
    status, _, body = post(port, INITIALIZE)
    took = (time.perf_counter() - begin) * 1000
    if status != 200:
        raise RuntimeError(f"initialize was answered {status}: {body[:200]}")
    return took
