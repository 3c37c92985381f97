"""The steps of every session, each in a random order. All sessions use the same ids and tokens."""
import asyncio
import dataclasses
import json

from crowd.http import Connection
from crowd.mcp import Answer

from .member import LIST_CHANGED, LOG, UPDATED, Member


@dataclasses.dataclass(frozen=True)
class Isolation:
    """Promises of an isolation, beyond keeping secrets apart. None means that both behaviours are right."""
    name: str
    sessions: int               # number of all sessions
    at_once: int                # sessions that run at a time
    tells_clients: bool | None  # logs, notices and requests of a server reach the client of the call
    keeps_child: bool | None    # all requests of a session reach one child, which serves no other session


ISOLATIONS = [Isolation("session", 300, 60, True, True), Isolation("shared", 300, 300, False, False),
              # Each request starts a process, which takes longer than everything else.
              Isolation("request", 120, 24, None, None)]


def content(answer: Answer) -> dict:
    return (answer.result or {}).get("structuredContent", {})


def first_text(answer: Answer) -> str:
    return ((answer.result or {}).get("content") or [{}])[0].get("text", "")


async def tool(of: Member, request_id: int | str, name: str, arguments: dict, token: str | None = None) -> Answer:
    params = {"name": name, "arguments": arguments} | ({"_meta": {"progressToken": token}} if token else {})
    return await of.request("tools/call", params, request_id)


async def echo(of: Member, _: Isolation):
    text = of.text("echo")
    answer = await tool(of, 1, "echo", {"text": text})
    of.expect(content(answer).get("params", {}).get("arguments") == {"text": text}, "echo", answer)


async def progress(of: Member, _: Isolation):
    count = of.chance.randrange(1, 6)
    answer = await tool(of, 2, "progress", {"count": count, "ms": 30, "text": of.text("progress")}, "the token")
    of.expect(first_text(answer) == "finished", "progress is finished", answer)
    # This is the only call of the session with a token.
    of.expect(of.progress == [{"progressToken": "the token", "progress": n, "total": count} for n in range(1, count + 1)],
              f"its own {count} steps of progress, each once", of.progress)


async def slow_or_cancelled(of: Member, _: Isolation):
    """All sessions wait for a call with the same id; every second session cancels it."""
    text = of.text("slow")
    waiting = asyncio.create_task(tool(of, 3, "slow", {"ms": 1200, "echo": True, "text": text}))
    cancels = of.number % 2 == 0
    if cancels:
        await asyncio.sleep(of.chance.uniform(0.05, 0.3))
        await of.notify("notifications/cancelled", {"requestId": 3})
    answer = await waiting
    if answer.message is None:
        of.expect(cancels, "no answer, although the session cancelled nothing", answer)
    else:
        of.expect(f'"{text}"' in first_text(answer), "slow", answer)


async def resumed(of: Member, _: Isolation):
    """Resumes a stream. Its number and position are the same in all sessions."""
    text = of.text("resumed")
    arguments = {"ms": 900, "echo": True, "text": text}
    answer = Answer(200)
    message = {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": "slow", "arguments": arguments}}
    line, head = await of.post(message, await Connection.open(of.port))
    last = ""
    if head.is_stream:
        async for event in line.events():
            last = event.id or last
            if event.data:
                of.take("reply", json.loads(event.data), answer, 4)
            break
    else:
        of.take("reply", json.loads(await line.body(head)), answer, 4)
    line.reset()
    for _ in range(100):
        if answer.message is not None:
            break
        await asyncio.sleep(0.05)
        line, head = await of.get(last)
        if head.status != 200:
            of.expect(False, f"resuming after {last!r} was answered {head.status}")
            break
        async for event in line.events():
            last = event.id or last
            if event.data:
                of.take("reply", json.loads(event.data), answer, 4)
        line.reset()
    of.expect(f'"{text}"' in first_text(answer), "resumed", answer)


async def logs(of: Member, isolation: Isolation):
    """Three logs come with the call, and one after its answer, when nothing shows to which call it belongs."""
    text, late = of.text("log"), of.text("late log")
    answer = await tool(of, 5, "log", {"count": 3, "text": text})
    of.expect(first_text(answer) == "logged", "log", answer)
    await tool(of, 6, "notify", {"method": LOG, "params": {"level": "info", "data": late}, "after_answer": True, "ms": 50})
    await owed(of, isolation, [f"{text} {n}" for n in (1, 2, 3)] + [late])


async def notices(of: Member, isolation: Isolation):
    changed, updated = of.text("changed"), of.text("updated")
    await tool(of, 7, "notify", {"method": LIST_CHANGED, "params": {"text": changed}})
    await tool(of, 8, "notify", {"method": UPDATED, "params": {"uri": "file:///all", "text": updated}, "after_answer": True})
    await owed(of, isolation, [changed, updated])
    if isolation.name == "shared":
        await eventually(of, lambda: of.heard[LIST_CHANGED] > 0, "every session learns that the list of a shared server has changed")


async def owed(of: Member, isolation: Isolation, texts: list[str]):
    """Each text must arrive once. If nothing shows to which session the texts belong, none may arrive."""
    if isolation.tells_clients:
        await eventually(of, lambda: all(of.heard[text] for text in texts), f"{texts} must arrive")
    most = 0 if isolation.tells_clients is False else 1
    for text in texts:
        of.expect(of.heard[text] <= most, f"{text} must arrive {most} times at most", of.heard[text])


async def eventually(of: Member, good, promise: str):
    for _ in range(1500):
        if good():
            return
        await asyncio.sleep(0.01)
    of.expect(False, promise, f"not within 15 s; heard: {dict(of.heard)}")


async def asked_or_forging(of: Member, isolation: Isolation):
    """The server sends a request to its client. Every third session gets no request and forges answers to those of other sessions."""
    if of.number % 3 == 0:
        for guess in [*range(8), "0", "1"]:
            await of.tell({"jsonrpc": "2.0", "id": guess, "result": {"text": f"forged secret-{of.secret}-guess"}})
        for guess in range(100, 110):
            await of.notify("notifications/cancelled", {"requestId": guess})
            await of.notify("notifications/progress", {"progressToken": guess, "progress": 9})
        return
    text = of.text("asked")
    answer = await tool(of, 9, "ask", {"method": "elicitation/create", "params": {"text": text}})
    got = content(answer).get("answer", {})
    if isolation.tells_clients or (isolation.tells_clients is None and "result" in got):
        of.expect(got.get("result") == {"text": text}, "the server must get the answer of this client", answer)
        of.expect(of.asked == {text: 1}, "the client must get the request that is meant for it, once", of.asked)
    else:
        of.expect("error" in got and not of.asked, "the request of the server must be refused and reach nobody", (answer, of.asked))


async def lists(of: Member, _: Isolation):
    answer = await of.request("tools/list", {"cursor": of.text("list")}, "list")
    of.expect(len((answer.result or {}).get("tools", [])) > 20, "tools/list", answer)


async def reconnect(of: Member, _: Isolation):
    await of.stop_listening()
    await asyncio.sleep(of.chance.uniform(0, 0.1))
    await of.start_listening()


STEPS = [echo, progress, slow_or_cancelled, resumed, logs, notices, asked_or_forging, lists, reconnect]
