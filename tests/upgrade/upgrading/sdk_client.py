"""A session of the Python SDK, which calls until a file tells it to stop. Run it with a Python that has the SDK: PORT FILE."""
import asyncio
import pathlib
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client


async def main(port: int, end: pathlib.Path) -> None:
    number = 0
    async with streamablehttp_client(f"http://127.0.0.1:{port}/mcp") as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            while not end.exists():
                number += 1
                result = await session.call_tool("count", {"steps": 2, "pause": 0.01})
                count = result.structuredContent["count"]
                assert count == number, f"call {number} was number {count} of its server"
    print(number)


asyncio.run(main(int(sys.argv[1]), pathlib.Path(sys.argv[2])))
