"""host.json, the configuration profile, and what the environment puts over both (contract 1.1, 1.2)."""
import json
import socket
from dataclasses import dataclass
from pathlib import Path

from . import time_span
from .errors import HostConfigurationError
from .functions import load_functions
from .layers import Layers, flatten, from_environment

PROXIED = {
    'customhandler:enableproxyinghttprequest': 'true',
    'extensions:http:routeprefix': '',
    'customhandler:http:routes:0:route': '{*route}',
}
PROFILES = {'mcp-custom-handler': PROXIED, 'web-app-custom-handler': PROXIED, 'default': {}, '': {}}
DEFAULT_BODY_LIMIT = 100 * 1024 * 1024


@dataclass(frozen=True)
class HandlerDescription:
    """How the handler is started; texts as they were written, before anything is expanded. Seconds."""
    executable: str
    worker_path: str
    arguments: tuple
    worker_arguments: tuple
    working_directory: Path
    worker_directory: Path
    stderr_is_for_errors: bool
    port: int  # 0: any free one
    initialization_timeout: float


@dataclass(frozen=True)
class Settings:
    """All that the host goes by. `function_timeout` in seconds, None for no limit; `body_limit` in bytes."""
    root: Path
    handler: HandlerDescription
    functions: tuple  # of functions.Function
    refused_functions: tuple  # log lines, one for each that could not be loaded
    warnings: tuple
    function_timeout: float | None
    body_limit: int


def load(root, environment, older_host=False):
    """Reads the folder `root` as the host does that has this environment. Raises HostConfigurationError.

    `older_host`: one to which a profile does not say yet that the worker runtime is `custom`.
    """
    root = Path(root).resolve()
    document = _host_json(root)
    profile = _profile(document, environment)
    layers = Layers(PROFILES[profile], _legacy_section(document), flatten(document), from_environment(environment))
    warnings = _warnings(document, layers)
    if not layers.flag('customHandler:enableProxyingHttpRequest', False):
        raise HostConfigurationError("customHandler.enableProxyingHttpRequest is not true: this stand-in imitates proxying only; a real host would "
                                     'send invocations as JSON, or copies of requests.')
    functions, refused = load_functions(root, layers, _runtime(profile, environment, older_host))
    return Settings(root, _handler(root, layers), tuple(functions), tuple(refused), tuple(warnings),
                    time_span.seconds_or_unlimited(layers.text('functionTimeout', '00:30:00'), 'functionTimeout'),
                    _body_limit(environment))


def _host_json(root):
    file = root / 'host.json'
    if not file.exists():
        raise HostConfigurationError(f'{root} has no host.json.')
    try:
        document = json.loads(file.read_text('utf-8-sig'))
    except ValueError as error:
        raise HostConfigurationError(f"Unable to parse host configuration file '{file}': {error}") from error
    if not isinstance(document, dict) or document.get('version') != '2.0':
        raise HostConfigurationError("The host.json file is missing the required 'version' property, or it is not '2.0'.")
    return document


def _profile(document, environment):
    # In the file this name, unlike all others, is looked up as it is written.
    name = document.get('configurationProfile', '')
    for variable, value in environment.items():
        if variable.lower() == 'azurefunctionsjobhost__configurationprofile':
            name = value
    if name.lower() not in PROFILES:
        known = ', '.join(sorted(profile for profile in PROFILES if profile))
        raise HostConfigurationError(f"The configuration profile '{name}' is not supported. Supported values: {known}.")
    return name.lower()


def _legacy_section(document):
    """The section's name of before, if it stands alone."""
    names = {name.lower(): name for name in document}
    if 'httpworker' not in names or 'customhandler' in names:
        return {}
    return flatten({'customHandler': document[names['httpworker']]})


def _warnings(document, layers):
    names = {name.lower() for name in document}
    if {'httpworker', 'customhandler'} <= names:
        yield 'Both httpWorker and customHandler are present in host.json: customHandler counts.'
    if layers.text('customHandler:type', 'http').lower() == 'none':
        yield "customHandler.type 'none' is taken for 'http'."


def _runtime(profile, environment, older_host):
    """The worker runtime: `custom` by a profile for custom handlers, whatever the environment says."""
    return 'custom' if PROFILES[profile] and not older_host else environment.get('FUNCTIONS_WORKER_RUNTIME', '')


def _handler(root, layers):
    at = 'customHandler:description:'
    executable = layers.text(at + 'defaultExecutablePath')
    if not executable:
        raise HostConfigurationError('customHandler.description.defaultExecutablePath is required: there is nothing to start.')
    return HandlerDescription(
        executable, layers.text(at + 'defaultWorkerPath'), tuple(layers.texts(at + 'arguments')), tuple(layers.texts(at + 'workerArguments')),
        root / layers.text(at + 'workingDirectory'), root / layers.text(at + 'workerDirectory'),
        layers.flag(at + 'useStdErrorStreamForErrorsOnly', True), _port(layers.text('customHandler:port')),
        time_span.seconds(layers.text('customHandler:initializationTimeout', '00:00:30'), 'customHandler.initializationTimeout'))


def _port(text):
    """A port that was configured has to be free now; 0 if none was."""
    if not text:
        return 0
    try:
        port = int(text)
        if not 0 < port < 65536:
            raise ValueError
        with socket.socket() as probe:
            # As .NET binds: what waits in TIME_WAIT from a handler before does not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(('127.0.0.1', port))
    except (ValueError, OSError) as error:
        raise HostConfigurationError(f"customHandler.port '{text}' cannot be used: {error or 'not a port'}") from error
    return port


def _body_limit(environment):
    text = environment.get('FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', '')
    return int(text) if text.isdigit() else DEFAULT_BODY_LIMIT

