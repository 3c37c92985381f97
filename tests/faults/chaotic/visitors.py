"""The clients of the chaos: their requests, the account of each request, and the ways in which they leave."""
import asyncio
import json
import time
import typing

from crowd.http import Broken, Connection
from crowd.mcp import Answer, Refused
from soaking import leaving
from soaking.staying import echoed, steps, text_of
from soaking.world import Client, Entry

from .storm import Storm

# Options of the bridge, in seconds: --request-timeout, --start-timeout and --session-idle.
REQUEST_TIMEOUT = 8.0
START_TIMEOUT = 8.0
SESSION_IDLE = 6.0

# Seconds within which the first clients start.
ARRIVAL = 3.0

EXCUSED = ("server process", "Request timed out", "could not be initialised", "did not answer initialize", "does not read its input",
           "the task took longer")
NO_ROOM = ("may run at once are running", "may be open at once are open", "requests wait for a server process already")

# Shapes of wrong answers of the misbehaving server that the right answer follows.
HARMLESS = ("not_json", "blank_lines", "unknown_id", "null_id", "twice", "scalar", "string_id", "after_a_prefix", "batch", "unknown_progress",
            "decimal_id", "behind_a_log", "no_version", "null_error")

# Shapes whose id the bridge can read, but which are no answers. Their calls fail at once, with these words.
BROKEN = ("cut_off", "not_a_number", "id_behind_the_fault", "result_and_error", "text_as_error", "no_contents")
BROKEN_ANSWER = "the server's answer "


class Visitor(Client):
    world: Storm
    pid = 0             # its own server process; 0 if it has none, or does not know it
    last_sent = 0.0
    is_gone = False     # its session has ended; only the first 404 needs an excuse

    def begin(self, kind: str) -> tuple[Entry, float]:
        """Opens the account of a request. Also returns when the previous request was sent: the session has been idle no longer than since then."""
        entry = self.world.ledger.send(kind)
        before, self.last_sent = self.last_sent, entry.since
        return entry, before


def settle(client: Visitor, entry: Entry, answer: Answer, is_right: typing.Callable[[Answer], bool], used: float):
    now = time.monotonic()
    text = str(answer.error.get("message", answer.message))
    took = now - entry.since
    pid = client.pid if client.world.has_own_children else 1
    if took > REQUEST_TIMEOUT + START_TIMEOUT + client.world.slack:
        return entry.wrong(f"{client.marker}: answered after {took:.1f} s: {answer}")
    if answer.result is not None or text.startswith(BROKEN_ANSWER):
        try:
            good = is_right(answer)
        except (KeyError, TypeError, IndexError):
            good = False
        return entry.answered() if good else entry.wrong(f"{client.marker}: not the right answer: {str(answer)[:400]}")
    if any(words in text for words in NO_ROOM):
        return entry.refused("no room")
    if any(words in text for words in EXCUSED) and client.world.excuses(pid, entry.since, now):
        return entry.refused("its server was hit")
    if answer.status == 404:
        is_excused = client.is_gone or now - used > SESSION_IDLE
        client.is_gone = client.is_broken = True
        if is_excused:
            return entry.refused("its session was not used")
    entry.wrong(f"{client.marker}, process {client.pid}, after {took:.1f} s: {str(answer)[:400]}")


async def call(client: Visitor, kind: str, tool: str, arguments: dict, is_right: typing.Callable[[Answer], bool],
               meta: dict | None = None) -> Answer | None:
    entry, used = client.begin(kind)
    params = {"name": tool, "arguments": arguments} | ({"_meta": meta} if meta else {})
    try:
        answer = await client.request("tools/call", params)
    except Broken as error:
        client.is_broken = True
        entry.wrong(f"{client.marker}, {client.revision}: {error}")
        return None
    settle(client, entry, answer, is_right, used)
    if answer.result is None:
        client.pid = 0
    return answer


# ---- the requests

async def echo(client: Visitor):
    payload = client.payload()
    await call(client, "echo", "echo", {"payload": payload}, echoed(payload))


async def large(client: Visitor):
    payload = client.payload() + "y" * client.world.chance.choice([70_000, 300_000])
    await call(client, "large", "echo", {"payload": payload}, echoed(payload))


async def slow(client: Visitor):
    payload = client.payload()
    await call(client, "slow", "slow", {"ms": client.world.chance.choice([50, 300, 1200]), "echo": True, "payload": payload},
               lambda answer: f'"{payload}"' in text_of(answer))


async def progress(client: Visitor):
    token, count = client.payload(), client.world.chance.randrange(1, 8)
    await call(client, "progress", "progress", {"count": count, "ms": 30},
               lambda answer: text_of(answer) == "finished" and steps(answer.before) == [(token, n) for n in range(1, count + 1)],
               {"progressToken": token})


async def burst(client: Visitor):
    await asyncio.gather(*(client.world.chance.choice([echo, slow, progress])(client) for _ in range(4)))


async def nonsense(client: Visitor):
    shape = client.world.chance.choice(HARMLESS)
    await call(client, "nonsense", "wrong", {"shape": shape}, lambda answer: text_of(answer) == "right")


async def broken_answer(client: Visitor):
    await call(client, "broken answer", "wrong", {"shape": client.world.chance.choice(BROKEN)},
               lambda answer: answer.error["message"].startswith(BROKEN_ANSWER))


async def flood(client: Visitor):
    tool, arguments = client.world.chance.choice([("flood_stdout", {"lines": 200}), ("flood_stderr", {"mib": 1})])
    await call(client, "flood", tool, arguments, lambda answer: text_of(answer) == "flooded")


async def crash(client: Visitor):
    """Makes a call that ends its server."""
    if not client.world.is_on or (client.world.is_shared and client.world.chance.random() < 0.9):
        return await echo(client)
    if client.world.has_own_children and client.pid == 0:
        return await ask_for_process(client)
    client.world.note(client.pid, "crashed by a call")
    how = client.world.chance.choice(["exit:3", "exit:0", "signal:11", "signal:9"])
    await call(client, "crash", "crash", {"how": how, "stderr": client.payload()}, lambda answer: False)


async def ask_for_process(client: Visitor):
    """Learns which process serves it."""
    if not client.world.has_own_children:
        return
    answer = await call(client, "process", "process", {}, lambda answer: answer.result["structuredContent"]["pid"] > 1)
    if answer is not None and answer.result is not None:
        client.pid = answer.result["structuredContent"]["pid"]


async def cancel(client: Visitor):
    """Cancels a call and breaks its reply. The call then gets no answer."""
    entry = client.world.ledger.send("cancelled")
    request_id = client.payload()
    message = {"jsonrpc": "2.0", "id": request_id, "method": "tools/call",
               "params": {"name": "slow", "arguments": {"ms": 800}}}
    line = await Connection.open(client.port)
    await line.send("POST", client.fields(), json.dumps(message).encode())
    await client.notify("notifications/cancelled", {"requestId": request_id})
    line.reset()
    entry.abandoned()


async def drop_and_resume(client: Visitor):
    """Breaks the reply several times. After resuming, every message must have arrived once."""
    if not client.is_resumable:
        return await progress(client)
    chance = client.world.chance
    entry, used = client.begin("resumed")
    token, count = client.payload(), 6
    answer = Answer(200)
    message = {"jsonrpc": "2.0", "id": token, "method": "tools/call", "params": {
        "name": "progress", "arguments": {"count": count, "ms": 40}, "_meta": {"progressToken": token}}}
    last, left = "", chance.randrange(1, 5)
    try:
        line, head = await client.post(message, await Connection.open(client.port))
        answer.status, answer.fields = head.status, head.fields
        if not head.is_stream:
            client.take("reply", client.decode(await line.body(head)), answer, token)
            line.leave()
        while answer.message is None:
            async for event in line.events():
                last = event.id or last
                if event.data:
                    client.take("reply", client.decode(event.data), answer, token)
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
    except Broken as error:
        client.is_broken = True
        return entry.wrong(f"{client.marker}: {error}")
    settle(client, entry, answer, lambda it: text_of(it) == "finished" and steps(it.before) == [
        (token, n) for n in range(1, count + 1)], used)
    if answer.result is None:
        client.pid = 0


async def read_slowly(client: Visitor):
    """Reads, slowly, an answer that is longer than the buffers on the way."""
    entry, used = client.begin("read slowly")
    request_id = client.payload()
    message = {"jsonrpc": "2.0", "id": request_id, "method": "tools/call",
               "params": {"name": "big", "arguments": {"bytes": 400_000}}}
    answer = Answer(200)
    try:
        line, head = await client.post(message, await Connection.open(client.port, receive_buffer=16 * 1024))
        answer.status, answer.fields = head.status, head.fields
        if head.is_stream:
            async for event in line.events():
                await asyncio.sleep(0.01)
                if event.data:
                    client.take("reply", client.decode(event.data), answer, request_id)
        else:
            await asyncio.sleep(client.world.chance.uniform(0, 0.8))
            client.take("reply", client.decode(await line.body(head)), answer, request_id)
        line.leave()
    except Broken as error:
        client.is_broken = True
        return entry.wrong(f"{client.marker}: {error}")
    settle(client, entry, answer, lambda it: text_of(it) == "x" * 400_000, used)
    if answer.result is None:
        client.pid = 0


async def never_reading(client: Visitor):
    """Requests more than the buffers on the way hold, and reads nothing."""
    entry, _ = client.begin("never read")
    line = await Connection.open(client.port, receive_buffer=8192)
    line.stop_reading()
    tool = client.world.chance.choice([("big", {"bytes": 1024 * 1024}), ("progress", {"count": 1500}), ("log", {"count": 300, "text": "t" * 1000})])
    await line.send_bytes(leaving.tool_call(client, *tool))
    await asyncio.sleep(client.world.chance.choice([0.5, 2.0, 5.0]))
    leaving.drop(client, line)
    entry.abandoned()
    client.forget()


ACTIONS = [(echo, 12), (burst, 2), (large, 1), (slow, 3), (progress, 4), (nonsense, 2), (broken_answer, 1), (flood, 0.3), (crash, 0.5), (cancel, 2),
           (drop_and_resume, 4), (read_slowly, 1)]

WAYS = [(leaving.with_delete, 6), (leaving.without_a_word, 2), (leaving.in_a_call, 2), (leaving.in_a_stream, 2),
        (leaving.with_half_a_request, 2), (never_reading, 1), (leaving.with_a_stream_open, 1)]


def pick(world: Storm, choices: list[tuple]):
    return world.chance.choices([what for what, _ in choices], [weight for _, weight in choices])[0]


async def visit(world: Storm, until: float):
    client = world.session(Visitor)
    entry = world.ledger.send("initialize")
    try:
        await client.open()
    except Refused as refusal:
        if any(words in str(refusal) for words in NO_ROOM):
            entry.refused("no room")
        elif any(words in str(refusal) for words in EXCUSED) and world.excuses(0, entry.since, time.monotonic()):
            entry.refused("its server was hit")
        else:
            entry.wrong(f"refused: {refusal}")
        client.forget()
        return await asyncio.sleep(1)
    except Broken as error:
        return entry.wrong(str(error))
    entry.answered()
    client.last_sent = entry.since
    try:
        await stay(client, until)
        if time.monotonic() > until:
            # All clients leave at once here, so they leave in a way that costs the bridge little.
            await leaving.with_delete(client)
        elif not client.is_broken:
            await pick(world, WAYS)(client)
    finally:
        client.forget()


async def stay(client: Visitor, until: float):
    chance = client.world.chance
    if chance.random() < 0.3:
        client.start_listening()
    for _ in range(chance.randrange(1, 20)):
        if time.monotonic() > until or client.is_broken or client.world.is_over:
            return
        if client.pid == 0 or client.world.hit(client.pid):
            client.pid = 0
            await ask_for_process(client)
            if client.is_broken:
                return
        await pick(client.world, ACTIONS)(client)
        # The pauses are short, so that the session does not become idle.
        await asyncio.sleep(chance.choice([0, 0.05, 0.3, 0.9]))


Visit = typing.Callable[[Storm, float], typing.Awaitable[None]]


async def one_after_the_other(world: Storm, make_visit: Visit, until: float):
    await asyncio.sleep(world.chance.uniform(0, ARRIVAL))
    while time.monotonic() < until and not world.is_over:
        try:
            await make_visit(world, until)
        except Broken as error:
            world.ledger.fault(f"outside of a call: {error!r}")


async def measure_lag(world: Storm):
    """Measures the delay of the clients' own event loop."""
    while True:
        began = time.monotonic()
        await asyncio.sleep(0.05)
        world.lag = max(world.lag, time.monotonic() - began - 0.05)


async def run(world: Storm, visits: list[Visit], until: float):
    """Runs a client for each of the visits, which it makes again and again."""
    lag = asyncio.create_task(measure_lag(world))
    await asyncio.gather(*(one_after_the_other(world, each, until) for each in visits))
    lag.cancel()
    leftover = list(world.tasks)
    for task in leftover:
        task.cancel()
    await asyncio.gather(*leftover, return_exceptions=True)
