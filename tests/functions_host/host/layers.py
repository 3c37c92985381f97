"""The host's configuration: layers of flat names, the later over the earlier, as .NET's configuration has them.

`{"customHandler": {"http": {"routes": [{"route": "x"}]}}}` is `customhandler:http:routes:0:route` = `x`: names do not differ by
case, and the members of an array are numbered, so that a layer can replace one of them.
"""
import json

from .errors import HostConfigurationError

ENVIRONMENT_PREFIX = 'azurefunctionsjobhost__'


def flatten(value, at=''):
    """The flat names and the values, as text, of a JSON document."""
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = ((str(index), member) for index, member in enumerate(value))
    else:
        return {at: '' if value is None else value if isinstance(value, str) else json.dumps(value)}
    flat = {}
    for name, member in members:
        flat.update(flatten(member, f'{at}:{name.lower()}' if at else name.lower()))
    return flat


def from_environment(environment):
    """What AzureFunctionsJobHost__... variables say."""
    return {name[len(ENVIRONMENT_PREFIX):].lower().replace('__', ':'): value for name, value in environment.items()
            if name.lower().startswith(ENVIRONMENT_PREFIX)}


class Layers:
    """All layers together, read by name."""

    def __init__(self, *lowest_first):
        self._values = {}
        for layer in lowest_first:
            self._values.update(layer)

    def text(self, name, otherwise=''):
        return self._values.get(name.lower(), otherwise)

    def flag(self, name, otherwise):
        value = self.text(name, str(otherwise)).lower()
        if value not in ('true', 'false'):
            raise HostConfigurationError(f"'{name}' has to be true or false, not '{value}'.")
        return value == 'true'

    def count(self, name):
        """How many members the array of that name has, whichever layer they come from."""
        prefix = name.lower() + ':'
        indices = {key[len(prefix):].split(':')[0] for key in self._values if key.startswith(prefix)}
        return len([index for index in indices if index.isdigit()])

    def texts(self, name):
        """An array of strings: members of their own, or one string with a JSON array, as an environment variable gives it."""
        whole = self.text(name)
        if whole:
            try:
                members = json.loads(whole)
            except ValueError:
                members = None
            if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
                raise HostConfigurationError(f"'{name}' has to be a JSON array of strings, not '{whole}'.")
            return members
        return [self.text(f'{name}:{index}') for index in range(self.count(name))]
