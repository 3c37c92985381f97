"""An MCP server over stdio that counts the calls of its process, so that a session which lost its process is noticed."""
import json
import os
import sys
import time


def send(message: dict) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def call(message: dict, count: int) -> None:
    params = message["params"]
    arguments = params.get("arguments", {})
    token = params.get("_meta", {}).get("progressToken")
    for step in range(arguments.get("steps", 0)):
        time.sleep(arguments["pause"])
        if token is not None:
            send({"method": "notifications/progress", "params": {"progressToken": token, "progress": step + 1}})
    # Echoes the length of a large argument, and answers with a large text if it is asked to.
    structured = {"process": os.getpid(), "count": count, "length": len(arguments.get("text", ""))}
    send({"id": message["id"], "result": {"content": [{"type": "text", "text": "x" * arguments.get("size", 0)}], "structuredContent": structured}})


def main() -> None:
    count = 0
    for line in sys.stdin:
        message = json.loads(line)
        method = message.get("method")
        if method == "initialize":
            result = {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}, "logging": {}},
                      "serverInfo": {"name": "counting", "version": "1"}}
            send({"id": message["id"], "result": result})
        elif method == "tools/call":
            count += 1
            call(message, count)
            send({"method": "notifications/message", "params": {"level": "info", "data": f"call {count}"}})
        elif method == "tools/list":
            send({"id": message["id"], "result": {"tools": [{"name": "count", "inputSchema": {"type": "object"}}]}})
        elif "id" in message:
            send({"id": message["id"], "result": {}})


main()
