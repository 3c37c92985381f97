"""The functions of an app: one for each route of host.json, or one for each folder with a function.json (contract 1.3)."""
import json
from dataclasses import dataclass

from .errors import HostConfigurationError
from .routes import Route, RouteError

LEVELS = ('anonymous', 'function', 'admin')
METHODS = ('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT')


@dataclass(frozen=True)
class Function:
    """A function with an HTTP trigger. `methods` are upper case; `level` is one of LEVELS."""
    name: str
    route: Route
    level: str
    methods: tuple = METHODS
    disabled: bool = False


def load_functions(root, layers, runtime):
    """The functions, and a log line for each that could not be loaded. Raises HostConfigurationError if there may be none at all."""
    folders = sorted(file for file in root.glob('*/function.json'))
    routes = layers.count('customHandler:http:routes')
    if not routes:
        return _load(folders, lambda file: _from_folder(file, layers))
    if folders:
        raise HostConfigurationError(f'Routes are configured in host.json, and there is {folders[0].relative_to(root)}: only one of the two may be there.')
    if runtime.lower() != 'custom':
        raise HostConfigurationError(f"Routes configuration is only allowed for worker runtime: custom. It is '{runtime}'.")
    return _load(range(routes), lambda index: _from_route(index, layers))


def _load(sources, read):
    functions, refused = [], []
    for source in sources:
        try:
            functions.append(read(source))
        except (RouteError, ValueError, KeyError, TypeError) as error:
            refused.append(str(error))
    return functions, refused


def _from_route(index, layers):
    at = f'customHandler:http:routes:{index}:'
    level = layers.text(at + 'authorizationLevel') or layers.text('customHandler:http:defaultAuthorizationLevel') or 'function'
    name = f'http-handler{index + 1}'
    return Function(name, _route(name, layers.text(at + 'route'), layers), _level(name, level))


def _from_folder(file, layers):
    name = file.parent.name
    document = json.loads(file.read_text('utf-8-sig'))
    inputs = [binding for binding in document['bindings'] if binding.get('direction', 'in').lower() == 'in']
    outputs = [binding for binding in document['bindings'] if binding.get('direction', 'in').lower() == 'out']
    kinds = [[binding['type'].lower() for binding in side] for side in (inputs, outputs)]
    if kinds != [['httptrigger'], ['http']]:
        raise ValueError(f"The '{name}' function is in error: requests are proxied to a function with one httpTrigger and one http binding only.")
    trigger = inputs[0]
    methods = tuple(method.upper() for method in trigger.get('methods', METHODS))
    return Function(name, _route(name, trigger.get('route', name), layers), _level(name, trigger.get('authLevel', 'function')), methods,
                    document.get('disabled', False))


def _route(name, template, layers):
    try:
        return Route(layers.text('extensions:http:routePrefix', 'api'), template)
    except RouteError as error:
        raise RouteError(f"The '{name}' function is in error: {error}") from error


def _level(name, level):
    if level.lower() not in LEVELS:
        raise ValueError(f"The '{name}' function is in error: '{level}' is no authorization level.")
    return level.lower()
