"""An MCP server over stdio that counts the calls of its process, so that a session which lost its process is noticed."""
import json
import os
import sys
import time


def send(message: dict) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def receive() -> dict:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    return json.loads(line)


def ask() -> str:
    """Asks the client for a name, as servers of the legacy revisions do. Of several questions, the last must be answered first."""
    question = f"question {count}"
    send({"id": question, "method": "elicitation/create", "params": {"message": "name?", "requestedSchema": {"type": "object", "properties": {}}}})
    while True:
        message = receive()
        if message.get("id") == question and "result" in message:
            return message["result"]["content"]["name"]
        serve(message)


def call(message: dict) -> None:
    global count
    count += 1
    params = message["params"]
    arguments = params.get("arguments", {})
    token = params.get("_meta", {}).get("progressToken")
    for step in range(arguments.get("steps", 0)):
        time.sleep(arguments["pause"])
        if token is not None:
            send({"method": "notifications/progress", "params": {"progressToken": token, "progress": step + 1}})
    # Echoes the length of a large argument, and answers with a large text if it is asked to.
    structured = {"process": os.getpid(), "count": count, "length": len(arguments.get("text", ""))}
    result = {"content": [{"type": "text", "text": "x" * arguments.get("size", 0)}], "structuredContent": structured}
    if IS_MODERN:
        result["resultType"] = "complete"
        if arguments.get("asks") and "requestState" not in params:
            question = {"method": "elicitation/create", "params": {"mode": "form", "message": "name?", "requestedSchema": {"type": "object", "properties": {}}}}
            result = {"resultType": "input_required", "inputRequests": {"q1": question}, "requestState": "asked"}
    elif arguments.get("asks"):
        structured["name"] = ask()
    send({"id": message["id"], "result": result})
    if not IS_MODERN:
        send({"method": "notifications/message", "params": {"level": "info", "data": f"call {count}"}})


def serve(message: dict) -> None:
    method = message.get("method")
    server = {"name": "counting", "version": "1"}
    tools = {"tools": [{"name": "count", "inputSchema": {"type": "object"}}]}
    if IS_MODERN:
        tools.update(resultType="complete", ttlMs=60000, cacheScope="private")
    if method == "initialize" and IS_MODERN:
        send({"id": message["id"], "error": {"code": -32022, "message": "Unsupported protocol version", "data": {"supported": ["2026-07-28"]}}})
    elif method == "initialize":
        result = {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}, "logging": {}}, "serverInfo": server}
        send({"id": message["id"], "result": result})
    elif method == "server/discover" and IS_MODERN:
        result = {"resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "ttlMs": 60000, "cacheScope": "private",
                  "_meta": {"io.modelcontextprotocol/serverInfo": server}}
        send({"id": message["id"], "result": result})
    elif method == "tools/call":
        call(message)
    elif method == "tools/list":
        send({"id": message["id"], "result": tools})
    elif "id" in message:
        send({"id": message["id"], "result": {}})


# Otherwise the server speaks the legacy revisions.
IS_MODERN = "--modern" in sys.argv
count = 0
while True:
    serve(receive())
