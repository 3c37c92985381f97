"""Finds mistakes in an app before it is deployed."""
import posixpath

from app_folder import AppFolder
from commented_json import Mistake, parse_json
from elf import X86_64, read_elf
from hosted import Command, commands

# The platform fetches and unpacks a package before the first request to an instance. A package much larger than this delays that request.
LARGE = 100 * 1024 * 1024


def check(app: AppFolder) -> tuple:
    """Two lists of sentences: mistakes, which prevent a deployment, and remarks, which may be intended."""
    mistakes, remarks = [], []
    for part in (check_host, check_servers, check_programs, check_rest):
        try:
            part(app, mistakes, remarks)
        except Mistake as mistake:
            mistakes.append(str(mistake))
    return mistakes, remarks


def parsed(app: AppFolder, name: str):
    try:
        return parse_json(app.files[name].decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise Mistake(f"{name} is not UTF-8: {error.reason} at byte {error.start}") from None


def check_host(app: AppFolder, mistakes: list, _remarks: list) -> None:
    host = parsed(app, "host.json")
    try:
        handler = host["customHandler"]
        program = handler["description"]["defaultExecutablePath"]
    except (KeyError, TypeError):
        raise Mistake("host.json: customHandler.description.defaultExecutablePath must name the program to start") from None
    if host.get("version") != "2.0":
        mistakes.append('host.json: `version` must be "2.0"')
    # The Functions tools compare it with the name in the zip, letter by letter.
    if program not in app:
        mistakes.append(f"host.json: customHandler.description.defaultExecutablePath '{program}' is not in the package")
    functions = [name for name in app.files if name.count("/") == 1 and name.endswith("/function.json")]
    if functions and (host.get("configurationProfile") or handler.get("http", {}).get("routes")):
        mistakes.append(f"{functions[0]}: the host does not start if there are both a function.json and routes or a profile in host.json; remove one of them")


def check_servers(app: AppFolder, mistakes: list, remarks: list) -> None:
    configuration = parsed(app, "bridge.json")
    servers = commands(configuration)
    for server in servers:
        check_command(app, server, mistakes, remarks)
    if len(servers) > 1 and "server" not in configuration.get("options", {}):
        names = ", ".join(server.server for server in servers)
        remarks.append(f"bridge.json names several servers ({names}): set the app setting MCP_BRIDGE_SERVER to one of them")


def check_command(app: AppFolder, server: Command, mistakes: list, remarks: list) -> None:
    program, where = server.program, f"bridge.json: mcpServers.{server.server}.command"
    if server.settings and posixpath.normpath(server.settings) not in app:
        mistakes.append(f"bridge.json: mcpServers.{server.server}.envFile '{server.settings}' is not in the package, and should not be if it has secrets: "
                        "name the variables in `env`, as ${NAME}, and set them as app settings")
    if "${" in program:
        remarks.append(f"{where} '{program}' has a variable, so it cannot be checked before the app runs")
    elif "/" not in program:
        remarks.append(f"{where} '{program}' is not in the package: the platform must have it on its PATH")
    elif program.startswith("/"):
        remarks.append(f"{where} '{program}' is not in the package: the platform must have it at this path")
    elif (name := posixpath.normpath(program)) not in app:
        mistakes.append(f"{where} '{program}' is not in the package; add it with --add")
    elif app.mode(name) != 0o755:
        mistakes.append(f"{where} '{program}' is not a Linux program: it begins neither as an ELF file nor with #!")


def check_programs(app: AppFolder, mistakes: list, remarks: list) -> None:
    for name, content in app.files.items():
        if content.startswith(b"#!") and b"\r" in content.split(b"\n", 1)[0]:
            mistakes.append(f"{name}: its first line ends with CR LF, as on Windows, so Linux does not find the interpreter; save it with the line ends of Linux")
        if not content.startswith(b"\x7fELF"):
            continue
        elf = read_elf(content)
        if elf is None or elf.machine != X86_64:
            mistakes.append(f"{name} is a program for another machine; Azure Functions runs x86-64 Linux")
        elif "loader" in elf.needs:
            remarks.append(f"{name} is linked dynamically: the platform must have its libraries, and a C library that is not older than the one of this machine")


def check_rest(app: AppFolder, mistakes: list, remarks: list) -> None:
    size = sum(len(content) for content in app.files.values())
    if size > LARGE:
        remarks.append(f"the package has {size // 2**20} MiB: each new instance fetches and unpacks it before its first answer, so leave out what the server does not need")
    if app.links:
        remarks.append(f"{len(app.links)} links were followed, {app.links[0]} first: the package has their targets in their place")
