"""The commands of the servers that a bridge.json names."""
import dataclasses

from commented_json import Mistake


@dataclasses.dataclass(frozen=True)
class Command:
    server: str
    program: str
    arguments: tuple
    folder: str  # `cwd`, or empty
    settings: str  # `envFile`, or empty

    @property
    def words(self) -> list:
        """The program and its arguments, without a leading `./`, so that they can be compared with names in the app."""
        return [word[2:] if word.startswith("./") else word for word in (self.program, *self.arguments)]


def is_remote(server) -> bool:
    """True for a server that clients reach over HTTP. The bridge leaves it aside."""
    return isinstance(server, dict) and not server.get("command") and any(server.get(name) for name in ("url", "serverUrl", "httpUrl"))


def commands(configuration) -> list:
    """Raises a Mistake if the file does not have the shape that mcp-bridge reads. Checks only the parts that the packager uses."""
    servers = None
    if isinstance(configuration, dict):
        servers = configuration.get("mcpServers") or configuration.get("servers")
    if isinstance(servers, dict):
        servers = {name: server for name, server in servers.items() if server is not None and not is_remote(server)}
    if not isinstance(servers, dict) or not servers:
        raise Mistake("bridge.json: `mcpServers` must name at least one server that a command starts")
    found = []
    for name, server in servers.items():
        program = server.get("command") if isinstance(server, dict) else None
        arguments = (server.get("args") or []) if isinstance(server, dict) else None
        if not isinstance(program, str) or not program:
            raise Mistake(f"bridge.json: mcpServers.{name}.command must be the program to start")
        if not isinstance(arguments, list) or not all(isinstance(argument, str) for argument in arguments):
            raise Mistake(f"bridge.json: mcpServers.{name}.args must be a list of strings")
        folder, settings = (value if isinstance(value, str) else "" for value in (server.get("cwd"), server.get("envFile")))
        found.append(Command(name, program, tuple(arguments), folder, settings))
    return found
