"""Sends messages of 1 MiB without wrk. The Lua of wrk copies each message several times, so the measurement would be of wrk."""
import json
import socket
import threading
import time

from . import mcp

MIB = 1 << 20


def _request(port: int, session: str, tool: str) -> bytes:
    arguments = {"n": MIB} if tool == "blob" else {"text": "x" * MIB}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                       "params": {"name": tool, "arguments": arguments}}, separators=(",", ":")).encode()
    head = (f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json, text/event-stream\r\nMcp-Session-Id: {session}\r\n"
            f"MCP-Protocol-Version: {mcp.VERSION}\r\nContent-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


def _answer(connection: socket.socket, buffer: bytearray) -> bytes:
    """The body of one answer, which must have a Content-Length."""
    received = connection.recv_into(buffer)
    head_end = buffer.find(b"\r\n\r\n", 0, received)
    head = bytes(buffer[:head_end]).lower()
    if not head.startswith(b"http/1.1 200") or b"content-length:" not in head:
        raise RuntimeError(f"answered: {bytes(buffer[:200])!r}")
    total = head_end + 4 + int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    view = memoryview(buffer)
    while received < total:
        count = connection.recv_into(view[received:total])
        if count == 0:
            raise RuntimeError("the connection ended inside an answer")
        received += count
    return bytes(view[head_end + 4:total])


def megabytes_per_second(port: int, session: str, tool: str, seconds: float, connections: int = 2) -> float:
    request, expected = _request(port, session, tool), b"x" * MIB if tool == "blob" else b'"ok"'
    counts, errors = [0] * connections, []
    end = time.monotonic() + seconds

    def work(which: int):
        buffer = bytearray(MIB + 4096)
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                while time.monotonic() < end:
                    connection.sendall(request)
                    body = _answer(connection, buffer)
                    # All answers are read whole. Only the first is compared, because comparing costs as much as the bridge's work.
                    if counts[which] == 0 and expected not in body:
                        raise RuntimeError("a wrong answer")
                    counts[which] += 1
        except (OSError, RuntimeError) as error:
            errors.append(error)

    begin = time.monotonic()
    threads = [threading.Thread(target=work, args=(which,)) for which in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise RuntimeError(f"1 MiB {tool}: {errors[0]}")
    return sum(counts) * MIB / (time.monotonic() - begin) / 1e6
