"""A server of FastMCP 4, which offers what the matrix checks. The servers in Rust and Java offer the same."""
import asyncio

from fastmcp import Context, FastMCP
from mcp_types import PromptReference, SamplingMessage, TextContent

server = FastMCP("interop-fastmcp")


@server.tool
def echo(message: str) -> str:
    return f"Echo: {message}"


@server.tool
async def count(steps: int, seconds: float, context: Context) -> str:
    for step in range(1, steps + 1):
        await asyncio.sleep(seconds / steps)
        await context.report_progress(step, steps)
    return f"counted to {steps}"


@server.tool
async def log(context: Context) -> str:
    await context.info("a message for the log")
    return "logged"


@server.tool
async def sample(context: Context) -> str:
    """FastMCP has no call of its own for sampling, but its session is one of the official SDK's."""
    question = SamplingMessage(role="user", content=TextContent(type="text", text="a line"))
    result = await context.session.create_message([question], max_tokens=10, related_request_id=context.request_id)
    return result.content.text


@server.tool
async def elicit(context: Context) -> str:
    return str((await context.elicit("What is your name?", str)).data)


@server.tool
async def roots(context: Context) -> str:
    return ", ".join(str(root.uri) for root in (await context.session.list_roots()).roots)


@server.resource("interop://greeting")
def greeting() -> str:
    return "Grüße from the resource"


@server.resource("interop://greeting/{name}")
def greeting_of(name: str) -> str:
    return f"Grüße from {name}"


@server.prompt
def greet(name: str) -> str:
    return f"Say hi to {name}"


@server.completion
def complete(ref, argument, _context):
    names = ["Ada", "Alan", "Grace"]
    is_known = isinstance(ref, PromptReference) and ref.name == "greet"
    return [name for name in names if name.startswith(argument.value)] if is_known else None


server.run(show_banner=False)
