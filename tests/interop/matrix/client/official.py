"""The calls that the official Python SDK has in both generations."""


def plain(result):
    return result.model_dump(by_alias=True, mode="json")


class OfficialSession:
    """A client's calls as the checks make them. `client` is the SDK's object with these calls, `types` the module of its types."""

    def __init__(self, client, types, notices):
        self._client, self._types, self._notices = client, types, notices

    def is_modern(self):
        """Generation 1 speaks the legacy era only."""
        return False

    async def ping(self):
        await self._client.send_ping()

    async def list_tools(self):
        return plain(await self._client.list_tools())["tools"]

    async def list_resources(self):
        return plain(await self._client.list_resources())["resources"]

    async def list_resource_templates(self):
        return plain(await self._client.list_resource_templates())["resourceTemplates"]

    async def list_prompts(self):
        return plain(await self._client.list_prompts())["prompts"]

    async def call_tool(self, name, arguments):
        async def note(progress, _total, _message):
            self._notices.progress.append(progress)
        return plain(await self._client.call_tool(name, arguments, progress_callback=note))

    async def read_resource(self, uri):
        return plain(await self._client.read_resource(uri))

    async def get_prompt(self, name, arguments):
        return plain(await self._client.get_prompt(name, arguments))

    async def complete(self, ref, argument):
        return plain(await self._client.complete(self._types.PromptReference(**ref), argument))

    async def set_level(self, level):
        await self._client.set_logging_level(level)

    async def subscribe(self, uri):
        await self._client.subscribe_resource(uri)

    async def unsubscribe(self, uri):
        await self._client.unsubscribe_resource(uri)


def callbacks(types, place, notices, updated_uri, completion):
    """What the SDK calls when the server asks or tells something. `updated_uri` returns the URI of a message about a resource, else None."""
    async def list_roots(_context):
        notices.asked.append("roots/list")
        return types.ListRootsResult(roots=[types.Root(uri=place.root, name="interop")])

    async def sample(_context, _params):
        return types.CreateMessageResult(role="assistant", model="none", content=types.TextContent(type="text", text=completion))

    async def elicit(_context, _params):
        return types.ElicitResult(action="accept", content=place.form)

    async def log(params):
        notices.logs.append(str(params.data))

    async def receive(message):
        uri = updated_uri(message)
        if uri is not None:
            notices.updated.append(str(uri))
    return {"list_roots_callback": list_roots, "sampling_callback": sample, "elicitation_callback": elicit, "logging_callback": log,
            "message_handler": receive}
