"""What the guests do, each in a random order, all with the same ids and tokens."""
import asyncio

from .guest import LIST_CHANGED, Guest

# Milliseconds that the call of a task takes. The bridge looks once a second for calls that become tasks.
TASK_MS = 1500


async def echo(of: Guest):
    answer = await of.call("echo", {"text": of.secret}, 1)
    got = ((answer.result or {}).get("structuredContent") or {}).get("params", {}).get("arguments")
    of.expect(got == {"text": of.secret}, "echo", answer)


async def progress(of: Guest):
    count = of.chance.randrange(1, 5)
    answer = await of.call("progress", {"count": count, "ms": 20, "text": of.secret}, 2, "the token")
    steps = [each["params"]["progress"] for each in answer.before if each["method"] == "notifications/progress"]
    # While the call waits for an answer, only the last step is kept.
    is_whole = steps == list(range(1, count + 1)) or (answer.was_asked and steps == sorted(set(steps)) and steps[-1:] == [count])
    of.expect(is_whole, f"its own {count} steps of progress, each once", answer)


async def asked(of: Guest):
    """The state works once."""
    parked = await of.ask()
    await asyncio.sleep(of.chance.choice([0, 0.05, 0.2]))
    await parked.finish()
    of.expect_refused(await parked.retry(), "a state works once")


async def vanishing(of: Guest):
    """The client never comes back to its parked call."""
    await of.ask()


async def leaving_early(of: Guest):
    """The client closes its connection before the question comes."""
    line = await of.send("tools/call", {"name": "ask", "arguments": of.question(of.secret, ms=200)}, 1)
    await asyncio.sleep(of.chance.uniform(0, 0.15))
    line.reset()


async def closed_call(of: Guest):
    line = await of.send("tools/call", {"name": "slow", "arguments": {"ms": 60_000, "text": of.secret}}, 3)
    await asyncio.sleep(of.chance.uniform(0, 0.2))
    line.reset()


async def noticed(of: Guest):
    async with of.listening():
        await change_tools(of)


async def change_tools(of: Guest):
    before = of.count_changes()
    await of.call("notify", {"method": LIST_CHANGED}, 4)
    await of.eventually(lambda: of.count_changes() > before, "a guest that listens is told of a change")


async def task(of: Guest):
    made = await of.begin_task("slow", {"ms": TASK_MS, "echo": True, "text": of.secret})
    end = await made.end()
    of.expect(end.get("status") == "completed" and of.secret in str(end), "its task has its own result", end)


async def asking_task(of: Guest):
    """The server asks in the middle of the task."""
    made = await of.begin_task("ask", of.question(of.secret, ms=TASK_MS))
    end = await made.end()
    of.expect(end.get("status") == "completed" and of.secret in str(end), "its task gets its own answer", end)


async def lost_task(of: Guest):
    """Nobody asks for the task any more."""
    await of.begin_task("slow", {"ms": TASK_MS, "text": of.secret})


STEPS = [echo, progress, asked, vanishing, leaving_early, closed_call, noticed, echo, asked, task, asking_task, lost_task]
SHARED_STEPS = [echo, progress, closed_call, echo, task, lost_task]


async def steal(owner: Guest, thief: Guest):
    """The thief has another key and repeats the owner's request word by word."""
    parked = await owner.ask()
    thief.expect_refused(await parked.retry(thief), "the state of another guest is refused")
    await parked.finish()


async def steal_task(owner: Guest, thief: Guest):
    """For another key the task does not exist."""
    made = await owner.begin_task("slow", {"ms": TASK_MS, "echo": True, "text": owner.secret})
    for method, more in (("tasks/get", {}), ("tasks/update", {"inputResponses": {}}), ("tasks/cancel", {})):
        answer = await made.ask(method, more, thief.key)
        thief.expect(answer.error.get("code") == -32602, f"{method} of another guest's task is refused", answer)
    end = await made.end()
    owner.expect(end.get("status") == "completed" and owner.secret in str(end), "a task outlives those who try to cancel it", end)


async def see_the_task_fail(of: Guest):
    """The server dies in the middle of a task."""
    made = await of.begin_task("slow", {"ms": 60_000, "text": of.secret})
    await made.client.tool("crash", {"how": "signal:9"}, 2)
    end = await made.end()
    of.expect(end.get("status") == "failed" and "signal 9" in str(end.get("error")), "a task says how its server ended", end)


async def see_the_server_die(of: Guest):
    """The server dies while a call is parked and while the client listens."""
    async with of.listening():
        before = of.count_changes()
        parked = await of.ask()
        # The call that kills may be lost with the server: its answer does not matter.
        await of.tool("crash", {"how": of.chance.choice(["signal:9", "exit:3"])}, 5)
        answer = await parked.retry()
        of.expect(answer.result is None and bool(answer.error), "a call whose server died gets an error", answer)
        await asked(of)
        await of.eventually(lambda: of.count_changes() > before, "the lists may have changed when the server was replaced")
        await change_tools(of)
