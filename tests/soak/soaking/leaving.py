"""The ways in which clients leave."""
import asyncio
import json
import typing

from crowd.http import Broken, Connection, request

from .staying import call, text_of
from .world import Client


def tool_call(client: Client, tool: str, arguments: dict) -> bytes:
    client.count += 1
    message = {"jsonrpc": "2.0", "id": f"l{client.count}", "method": "tools/call", "params": {
        "name": tool, "arguments": arguments, "_meta": {"progressToken": client.payload()}}}
    return request("POST", client.fields(), json.dumps(message).encode())


def drop(client: Client, line: Connection):
    """Closes or resets a connection, at random."""
    if client.world.chance.random() < 0.5:
        line.reset()
    else:
        line.leave()


async def with_delete(client: Client):
    status = await client.close()
    if status not in (200, 404):
        client.world.ledger.fault(f"DELETE was answered {status}")


async def with_delete_under_way(client: Client):
    """Deletes the session while calls are in flight. Each of them must end."""
    calls = [asyncio.create_task(call(client, "deleted", "slow", {"ms": 1000}, lambda answer: text_of(answer) == "slept",
                                      may_end=True)) for _ in range(3)]
    await asyncio.sleep(0.1)
    await with_delete(client)
    await asyncio.gather(*calls)


async def without_a_word(client: Client):
    client.forget()


async def in_a_call(client: Client):
    entry = client.world.ledger.send("left in a call")
    line = await Connection.open(client.port)
    await line.send_bytes(tool_call(client, "slow", {"ms": client.world.chance.choice([10, 500, 3000])}))
    await asyncio.sleep(client.world.chance.choice([0, 0.05, 0.5]))
    drop(client, line)
    entry.abandoned()
    client.forget()


async def in_a_stream(client: Client):
    entry = client.world.ledger.send("left in a stream")
    line = await Connection.open(client.port)
    await line.send_bytes(tool_call(client, "progress", {"count": 20, "ms": 30}))
    try:
        head = await line.head()
        if head.is_stream:
            async for event in line.events():
                if event.data:
                    break
    except Broken as error:
        client.world.ledger.fault(f"a stream, before its client left: {error}")
    drop(client, line)
    entry.abandoned()
    client.forget()


async def with_half_a_request(client: Client):
    """Sends a part of a request, which gets no answer."""
    entry = client.world.ledger.send("half a request")
    data = tool_call(client, "echo", {"payload": "z" * 2000})
    line = await Connection.open(client.port)
    await line.send_bytes(data[:client.world.chance.choice([1, 20, 150, data.index(b"\r\n\r\n") + 4, len(data) - 1])])
    # The longest pause exceeds the bridge's deadlines for a request.
    await asyncio.sleep(client.world.chance.choice([0, 0.1, 4.0]))
    drop(client, line)
    entry.abandoned()
    client.forget()


async def not_reading(client: Client):
    """Requests more than the buffers on the way hold, and reads nothing."""
    entry = client.world.ledger.send("never read")
    line = await Connection.open(client.port, receive_buffer=8192)
    line.stop_reading()
    tool = client.world.chance.choice([("big", {"bytes": 6 * 1024 * 1024}), ("progress", {"count": 3000}),
                                       ("log", {"count": 3000, "text": client.payload() + "t" * 1000})])
    await line.send_bytes(tool_call(client, *tool))
    await asyncio.sleep(client.world.chance.choice([0.5, 2.0, 5.0]))
    drop(client, line)
    entry.abandoned()
    client.forget()


async def with_a_stream_open(client: Client):
    """Leaves by breaking the connection of an idle GET stream."""
    line, head = await client.get()
    await asyncio.sleep(client.world.chance.choice([0.1, 1.0]))
    drop(client, line)
    client.forget()


WAYS: list[tuple[typing.Callable, int]] = [
    (with_delete, 5), (with_delete_under_way, 1), (without_a_word, 2), (in_a_call, 2), (in_a_stream, 2),
    (with_half_a_request, 2), (not_reading, 1), (with_a_stream_open, 1)]
