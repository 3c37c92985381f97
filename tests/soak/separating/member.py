"""A session with the same ids, tokens and names as all other sessions, and a secret of its own."""
import asyncio
import collections
import random
import re

from crowd.mcp import Session

SECRET = re.compile(r"secret-([0-9a-f]{12})-")
LIST_CHANGED = "notifications/tools/list_changed"
UPDATED = "notifications/resources/updated"
LOG = "notifications/message"


class Member(Session):
    def __init__(self, port: int, number: int, chance: random.Random):
        super().__init__(port, "2025-11-25", self._hear, "member")
        self.number = number
        self.chance = chance
        self.secret = f"{chance.getrandbits(48):012x}"
        self.faults: list[str] = []
        self.sent: list[str] = []                 # every text that a server must receive once
        self.heard = collections.Counter()        # texts of logs and notices
        self.asked = collections.Counter()        # texts of the server's requests
        self.progress: list[dict] = []
        self._listener: asyncio.Task | None = None
        self.reply_to = self._reply

    def text(self, what: str) -> str:
        """Makes a text that only this session knows, to be sent once."""
        out = f"secret-{self.secret}-{what}"
        self.sent.append(out)
        return out

    def expect(self, good: bool, promise: str, seen: object = ""):
        if not good:
            self.faults.append(f"{promise}: {str(seen)[:300]}")

    # ---- messages that arrive

    def _hear(self, way: str, message: dict):
        for found in set(SECRET.findall(str(message))):
            self.expect(found == self.secret, f"received the secret of another session ({way})", message)
        self.expect("forged" not in str(message), f"received an answer that another session forged ({way})", message)
        method, params = message.get("method"), message.get("params", {})
        if method == "notifications/progress":
            self.progress.append(params)
        elif method == LOG:
            self.heard[params["data"]] += 1
        elif method in (LIST_CHANGED, UPDATED):
            self.heard[params.get("text", method)] += 1

    def _reply(self, method: str, params: dict) -> dict:
        self.asked[params.get("text", "")] += 1
        return {"text": params.get("text", "")}

    # ---- its GET stream

    async def start_listening(self):
        self.listens.clear()
        self._listener = asyncio.create_task(self._listen())
        async with asyncio.timeout(30):
            await self.listens.wait()

    async def stop_listening(self):
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    async def _listen(self):
        try:
            await self.listen()
        except Exception as error:  # noqa: BLE001 - every error counts as a fault
            self.expect(False, "its GET stream", repr(error))
            self.listens.set()
