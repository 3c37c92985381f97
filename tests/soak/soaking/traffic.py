"""Runs clients one after the other, each from its initialize until it leaves."""
import asyncio
import time

from crowd.http import Broken
from crowd.mcp import Refused

from . import leaving, staying
from .world import Client, World

# Parts of the messages with which the bridge refuses a session for want of room.
NO_ROOM = ("may run at once are running", "may be open at once are open")


def pick(world: World, choices: list[tuple]):
    return world.chance.choices([what for what, _ in choices], [weight for _, weight in choices])[0]


async def visit(world: World, until: float):
    client = world.session()
    entry = world.ledger.send("initialize")
    try:
        await client.open()
    except Refused as refusal:
        if any(words in str(refusal) for words in NO_ROOM):
            entry.refused("no room")
        elif "server process" in str(refusal) and world.death_between(client.marker, entry.since, time.monotonic()):
            entry.refused("the server died")
        else:
            entry.wrong(f"refused: {refusal}")
        client.forget()
        await asyncio.sleep(1)
        return
    except Broken as error:
        entry.wrong(str(error))
        return
    entry.answered()
    client.quiet_since = time.monotonic()
    try:
        await stay(client, until)
        await pick(world, leaving.WAYS)(client)
    finally:
        client.forget()


async def stay(client: Client, until: float):
    chance = client.world.chance
    if chance.random() < 0.5:
        client.start_listening()
    for _ in range(chance.randrange(1, 20)):
        if time.monotonic() > until or client.is_broken or client.world.is_over:
            return
        await pick(client.world, staying.ACTIONS)(client)
        await asyncio.sleep(chance.choice([0, 0.01, 0.1]))


async def one_after_the_other(world: World, until: float):
    while time.monotonic() < until and not world.is_over:
        try:
            await visit(world, until)
        except Broken as error:
            world.ledger.fault(f"outside of a call: {error!r}")


async def run(world: World, clients: int, seconds: float):
    """Runs `clients` clients at a time for `seconds`. Returns when the last client has left."""
    until = time.monotonic() + seconds
    await asyncio.gather(*(one_after_the_other(world, until) for _ in range(clients)))
    leftover = list(world.tasks)
    for task in leftover:
        task.cancel()
    await asyncio.gather(*leftover, return_exceptions=True)
