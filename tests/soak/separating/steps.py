"""What every session does, in an order of its own. A step's ids and tokens are the same in all sessions."""
import asyncio
import dataclasses
import json

from crowd.http import Connection
from crowd.mcp import Answer

from .member import LIST_CHANGED, LOG, UPDATED, Member


@dataclasses.dataclass(frozen=True)
class Isolation:
    """What an isolation promises beyond that nobody learns another's secret. None: either is right."""
    name: str
    sessions: int               # in all
    at_once: int
    tells_clients: bool | None  # logs, notices and requests of a server reach the client that they are for
    keeps_child: bool | None    # a session's requests all reach the same child, which is its own


ISOLATIONS = [Isolation("session", 300, 60, True, True), Isolation("shared", 300, 300, False, False),
              # Each of the requests starts a process, which takes longer than all the rest.
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
    # No other call of its own has a token.
    of.expect(of.progress == [{"progressToken": "the token", "progress": n, "total": count} for n in range(1, count + 1)],
              f"its own {count} steps of progress, each once", of.progress)


async def slow_or_cancelled(of: Member, _: Isolation):
    """All wait under the same id; every second session cancels."""
    text = of.text("slow")
    waiting = asyncio.create_task(tool(of, 3, "slow", {"ms": 1200, "echo": True, "text": text}))
    cancels = of.number % 2 == 0
    if cancels:
        await asyncio.sleep(of.chance.uniform(0.05, 0.3))
        await of.notify("notifications/cancelled", {"requestId": 3})
    answer = await waiting
    if answer.message is None:
        of.expect(cancels, "no answer, though it has cancelled nothing", answer)
    else:
        of.expect(f'"{text}"' in first_text(answer), "slow", answer)


async def resumed(of: Member, _: Isolation):
    """Comes back to a stream whose number and position all sessions have alike."""
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
    """Three with the call and one after its answer, when nothing says any more whose it is."""
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
        await eventually(of, lambda: of.heard[LIST_CHANGED] > 0, "that a shared server's list has changed concerns everyone")


async def owed(of: Member, isolation: Isolation, texts: list[str]):
    """Each comes once, or, where nobody can say whose they are, not at all."""
    if isolation.tells_clients:
        await eventually(of, lambda: all(of.heard[text] for text in texts), f"{texts} arrive")
    most = 0 if isolation.tells_clients is False else 1
    for text in texts:
        of.expect(of.heard[text] <= most, f"{text} comes {most} times at most", of.heard[text])


async def eventually(of: Member, good, promise: str):
    for _ in range(1500):
        if good():
            return
        await asyncio.sleep(0.01)
    of.expect(False, promise, f"not within 15 s; heard: {dict(of.heard)}")


async def asked_or_forging(of: Member, isolation: Isolation):
    """A server asks its client; every third session has no such request, and answers those that the others must have."""
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
        of.expect(got.get("result") == {"text": text}, "the server gets this client's own answer", answer)
        of.expect(of.asked == {text: 1}, "it is asked what is meant for it, and once", of.asked)
    else:
        of.expect("error" in got and not of.asked, "the server's request is refused and reaches nobody", (answer, of.asked))


async def lists(of: Member, _: Isolation):
    answer = await of.request("tools/list", {"cursor": of.text("list")}, "list")
    of.expect(len((answer.result or {}).get("tools", [])) > 20, "tools/list", answer)


async def reconnect(of: Member, _: Isolation):
    await of.stop_listening()
    await asyncio.sleep(of.chance.uniform(0, 0.1))
    await of.start_listening()


STEPS = [echo, progress, slow_or_cancelled, resumed, logs, notices, asked_or_forging, lists, reconnect]
