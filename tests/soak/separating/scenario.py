"""Runs all sessions of one isolation, from initialize to DELETE."""
import asyncio
import collections
import random

from crowd.http import Broken
from crowd.mcp import Refused

from .member import LOG, SECRET, Member
from .steps import STEPS, Isolation, content, tool


class Scenario:
    def __init__(self, port: int, isolation: Isolation, count: int, seed: int):
        self.isolation = isolation
        chance = random.Random(seed)
        self.members = [Member(port, number, random.Random(chance.getrandbits(64))) for number in range(count)]
        self.places = asyncio.Semaphore(isolation.at_once)
        self.watcher = Member(port, count, random.Random(chance.getrandbits(64)))

    async def run(self):
        await asyncio.gather(*(self._attend(each) for each in self.members))
        if self.isolation.name == "shared":
            await self._judge_shared_child()
            await self._log_late()
            await self._die_together()

    async def _attend(self, member: Member):
        async with self.places:
            try:
                await self._open(member)
                await self._live(member)
            except (Broken, Refused, TimeoutError) as error:
                member.expect(False, "the session is served", repr(error))
            finally:
                await member.stop_listening()
                member.forget()

    async def _open(self, member: Member):
        """Retries while a child of an earlier session is still ending."""
        for _ in range(100):
            try:
                await member.open()
                return
            except Refused as refusal:
                if "may run at once" not in str(refusal):
                    raise
                await asyncio.sleep(0.1)
        raise Refused("no server process became free within 10 s")

    async def _live(self, member: Member):
        await member.start_listening()
        steps = list(STEPS)
        member.chance.shuffle(steps)
        half = len(steps) // 2
        await asyncio.gather(self._take(member, steps[:half]), self._take(member, steps[half:]))
        if self.isolation.keeps_child:
            self._judge_own_child(member, await received(member))
        await member.stop_listening()
        member.expect(await member.close() == 200, "DELETE")

    async def _take(self, member: Member, steps: list):
        for step in steps:
            await asyncio.sleep(member.chance.choice([0, 0, 0.01, 0.05]))
            try:
                await step(member, self.isolation)
            except asyncio.CancelledError:
                member.expect(False, f"{step.__name__} ends")
                raise

    def _judge_own_child(self, member: Member, lines: list[str]):
        """The child of one session must have received every text of that session once, and no text of another session."""
        everything = "\n".join(lines)
        member.expect(set(SECRET.findall(everything)) <= {member.secret}, "its server must not receive the secret of another session", everything)
        self._judge_received(member, lines)

    def _judge_received(self, member: Member, lines: list[str]):
        asked = [line for line in lines if '"method":"tools/' in line]
        for text in member.sent:
            times = sum(f'"{text}"' in line for line in asked)
            member.expect(times == 1, f"its server must receive {text} once", times)

    async def _judge_shared_child(self):
        """The shared child must have received every text once, and no forged answer."""
        await self.watcher.open()
        self.watcher.hear = lambda way, message: None
        lines = await received(self.watcher)
        by_secret = collections.defaultdict(list)
        for line in lines:
            for found in set(SECRET.findall(line)):
                by_secret[found].append(line)
        for member in self.members:
            self._judge_received(member, by_secret[member.secret])
        self.watcher.expect(not any("forged" in line for line in lines), "no forged answer reaches the server")

    async def _log_late(self):
        """A log arrives after the answer of its call, while the only call in flight is that of another session."""
        other = Member(self.watcher.port, 10**6, self.watcher.chance)
        await other.open()
        await tool(self.watcher, 1, "notify", {"method": LOG, "after_answer": True, "ms": 100, "params": {
            "level": "info", "data": f"secret-{self.watcher.secret}-late"}})
        await tool(other, 1, "slow", {"ms": 400})
        await other.close()
        self.watcher.faults += other.faults

    async def _die_together(self):
        """All sessions must learn that the server has died. Nobody else may get its last words, which belong to one call."""
        others = [Member(self.watcher.port, 10**6 + number, self.watcher.chance) for number in range(5)]
        for each in others:
            await each.open()
        calls = [asyncio.create_task(tool(each, 1, "slow", {"ms": 10_000})) for each in others]
        await asyncio.sleep(0.3)
        await tool(self.watcher, 1, "crash", {"how": "exit:3", "stderr": f"secret-{self.watcher.secret}-last words"})
        for each, answer in zip(others, await asyncio.gather(*calls)):
            each.expect("server process" in answer.error.get("message", ""), "its call must fail because the server died", answer)
            self.watcher.faults += each.faults
            each.forget()
        self.watcher.forget()

    def faults(self) -> list[str]:
        return [f"session {each.number}: {fault}" for each in [*self.members, self.watcher] for fault in each.faults]


async def received(member: Member) -> list[str]:
    return content(await tool(member, "received", "received", {"as_text": True})).get("received", [])
