"""The actions of clients that wait for every answer."""
import asyncio
import time
import typing

from crowd.http import Broken, Connection
from crowd.mcp import Answer

from .world import Client, Death, Entry

MIB = 1024 * 1024

Check = typing.Callable[[Answer], bool]

# After this idle time, in seconds, the bridge may have ended the session to make room for another one.
EVICTED_AFTER = 1.5


def text_of(answer: Answer) -> str:
    return answer.result["content"][0]["text"] if answer.result and answer.result.get("content") else ""


def echoed(payload: str) -> Check:
    return lambda answer: answer.result["structuredContent"]["params"]["arguments"]["payload"] == payload


async def call(client: Client, kind: str, tool: str, arguments: dict, check: Check, meta: dict | None = None,
               line: Connection | None = None, request_id: typing.Any = None, may_end: bool = False) -> Answer | None:
    """Makes one tool call, waits for it and settles its account. With `may_end`, the client may have given up the answer meanwhile."""
    entry = client.world.ledger.send(kind)
    idle = entry.since - client.quiet_since
    params = {"name": tool, "arguments": arguments} | ({"_meta": meta} if meta else {})
    try:
        answer = await client.request("tools/call", params, request_id, line)
    except Broken as error:
        client.is_broken = True
        entry.wrong(f"{client.marker}, {client.revision}: {error}")
        return None
    client.quiet_since = time.monotonic()
    settle(client, entry, answer, check, idle, may_end)
    return answer


def settle(client: Client, entry: Entry, answer: Answer, check: Check, idle: float, may_end: bool = False):
    text = answer.error.get("message", "")
    if answer.result is not None:
        try:
            good = check(answer)
        except (KeyError, TypeError, IndexError):
            good = False
        if good:
            entry.answered()
        else:
            entry.wrong(f"{client.marker}, {client.revision}: answered with {str(answer)[:400]}")
    elif may_end and (answer.message is None or "cancelled" in text or "closed the session" in text
                      or answer.status == 404):
        entry.abandoned()
    elif answer.status == 404 and idle > EVICTED_AFTER:
        entry.refused("its session had made room")
    elif "server process" in text and client.world.death_between(client.marker, entry.since, time.monotonic()):
        entry.refused("the server died")
    else:
        entry.wrong(f"{client.marker}, {client.revision}, idle for {idle:.1f} s: no result but {str(answer)[:400]}")


# ---- one call

async def echo(client: Client):
    payload = client.payload()
    await call(client, "echo", "echo", {"payload": payload}, echoed(payload))


async def large(client: Client):
    payload = client.payload() + "y" * MIB
    await call(client, "large", "echo", {"payload": payload}, echoed(payload))


async def large_result(client: Client):
    await call(client, "large result", "big", {"bytes": MIB}, lambda answer: text_of(answer) == "x" * MIB)


async def slow(client: Client, ms: int = 300):
    payload = client.payload()
    await call(client, "slow", "slow", {"ms": ms, "echo": True, "payload": payload},
               lambda answer: f'"{payload}"' in text_of(answer))


async def outlasting(client: Client):
    """The call takes longer than a stream may live. A client of 2025-11-25 has to resume it to get the answer."""
    await slow(client, 2500)


async def progress(client: Client):
    token, count = client.payload(), client.world.chance.randrange(1, 8)
    await call(client, "progress", "progress", {"count": count, "ms": 20},
               lambda answer: text_of(answer) == "finished" and steps(answer.before) == in_full(token, count),
               {"progressToken": token})


def steps(messages: list[dict]) -> list[tuple]:
    return [(each["params"]["progressToken"], each["params"]["progress"]) for each in messages
            if each.get("method") == "notifications/progress"]


def in_full(token: str, count: int) -> list[tuple]:
    return [(token, number) for number in range(1, count + 1)]


async def log(client: Client):
    payload = client.payload()
    # If the log can belong to no other call and go to no other stream, it comes with the answer.
    owed = [f"{payload} {n}" for n in (1, 2, 3)] if client.world.has_own_children and not client.listener else None

    def check(answer: Answer) -> bool:
        texts = [each["params"]["data"] for each in answer.before if each.get("method") == "notifications/message"]
        return text_of(answer) == "logged" and (owed is None or texts == owed)
    await call(client, "log", "log", {"count": 3, "text": payload}, check)


async def be_asked(client: Client):
    """The server sends a request to the client before it answers. A shared server must not."""
    payload = client.payload()
    method = client.world.chance.choice(["sampling/createMessage", "elicitation/create", "roots/list"])

    def check(answer: Answer) -> bool:
        line = answer.result["structuredContent"]["answer"]
        if not client.world.has_own_children:
            return line["error"]["code"] == -32601
        return line["result"]["echo"] == payload
    await call(client, "server request", "ask", {"method": method, "params": {"marker": payload}}, check)


async def change_lists(client: Client):
    """The notification must arrive on the GET stream."""
    before = len(client.heard)
    began = time.monotonic()
    method = client.world.chance.choice(["tools", "prompts", "resources"])
    await call(client, "list_changed", "notify", {"method": f"notifications/{method}/list_changed"},
               lambda answer: text_of(answer) == "notified")
    if client.listener is None or client.world.isolation == "request":
        return  # the child ends after this request, so its notification has no meaning
    end = time.monotonic() + 8
    while not any(each.get("method") == f"notifications/{method}/list_changed" for each in client.heard[before:]):
        if client.listener is None or client.listener.done():
            return
        if time.monotonic() > end:
            if not client.world.death_between(client.marker, began, time.monotonic()):
                client.world.ledger.fault(f"{client.marker}, {client.revision}: no list_changed on its GET stream")
            return
        await asyncio.sleep(0.02)
    client.quiet_since = time.monotonic()


async def cancel(client: Client):
    request_id = f"c{client.payload()}"
    running = asyncio.create_task(call(client, "cancelled", "slow", {"ms": 700}, lambda answer: text_of(answer) == "slept",
                                       request_id=request_id, may_end=True))
    await asyncio.sleep(client.world.chance.uniform(0.0, 0.4))
    await client.notify("notifications/cancelled", {"requestId": request_id, "reason": "tired"})
    await running


async def plain(client: Client):
    """Sends a request that needs no tool."""
    method, good = client.world.chance.choice([
        ("ping", lambda answer: answer.result == {}),
        ("tools/list", lambda answer: len(answer.result["tools"]) > 20),
        ("no/such", lambda answer: answer.error["code"] == -32601)])
    entry = client.world.ledger.send(method)
    idle = entry.since - client.quiet_since
    answer = await client.request(method)
    client.quiet_since = time.monotonic()
    if method == "no/such" and good(answer):
        entry.answered()
    else:
        settle(client, entry, answer, good, idle)


# ---- several at once, and worse

async def burst(client: Client):
    await asyncio.gather(*(client.world.chance.choice([echo, echo, slow, progress, large])(client) for _ in range(5)))


async def break_off_and_resume(client: Client):
    """Breaks the connection within a reply. After resuming, every message must have arrived once."""
    if not client.is_resumable:
        return await echo(client)
    chance = client.world.chance
    entry = client.world.ledger.send("resumed")
    token, count = client.payload(), 6
    request_id = f"r{token}"
    answer = Answer(200)
    message = {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": {
        "name": "progress", "arguments": {"count": count, "ms": 40}, "_meta": {"progressToken": token}}}
    line, head = await client.post(message, await Connection.open(client.port))
    if not head.is_stream:
        client.take("reply", client.decode(await line.body(head)), answer, request_id)
        return settle(client, entry, answer, lambda _: False, 0)
    last, left = "", chance.randrange(1, 5)
    while answer.message is None:
        async for event in line.events():
            last = event.id or last
            if event.data:
                client.take("reply", client.decode(event.data), answer, request_id)
            left -= 1
            if left == 0:
                break
        line.reset()
        if answer.message is not None:
            break
        await asyncio.sleep(chance.choice([0, 0.05, 0.4]))
        line, head = await client.get(last)
        if head.status != 200:
            line.reset()
            return entry.wrong(f"{client.marker}: after {last} resuming was answered {head.status}: {answer}")
    client.quiet_since = time.monotonic()
    settle(client, entry, answer, lambda it: text_of(it) == "finished" and steps(it.before) == in_full(token, count), 0)


async def take_over_stream(client: Client):
    """Opens a second GET stream, which must end the first one."""
    if client.listener is not None:
        return await echo(client)
    first, head = await client.get()
    second, second_head = await client.get()
    try:
        if (head.status, second_head.status) == (200, 200):
            async for event in client.general_events(first):
                if event.data:
                    client.take("GET", client.decode(event.data), None)
        elif not (head.status == 404 and time.monotonic() - client.quiet_since > EVICTED_AFTER):
            client.world.ledger.fault(f"two GETs were answered {head.status} and {second_head.status}")
    except Broken as error:
        client.world.ledger.fault(f"a GET stream whose place was taken: {error}")
    finally:
        first.leave()
        second.reset()


async def kill_server(client: Client):
    world = client.world
    if time.monotonic() < world.next_death:
        return await echo(client)
    world.next_death = time.monotonic() + world.chance.uniform(1.0, 4.0)
    death = Death("" if world.is_shared else client.marker, time.monotonic())
    world.deaths.append(death)
    how = world.chance.choice(["exit:3", "signal:9", "signal:11", "exit:0"])
    await call(client, "crash", "crash", {"how": how, "stderr": client.payload()}, lambda answer: False)
    death.end = time.monotonic() + 1.0
    await echo(client)


ACTIONS: list[tuple[typing.Callable, int]] = [
    (echo, 12), (burst, 3), (large, 1), (large_result, 1), (slow, 2), (outlasting, 1), (progress, 4), (log, 3),
    (be_asked, 3), (change_lists, 3), (cancel, 3), (plain, 3), (break_off_and_resume, 3), (take_over_stream, 1),
    (kill_server, 1)]
