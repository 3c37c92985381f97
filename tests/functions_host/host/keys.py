"""Keys and the levels that they open (contract 5)."""
import hmac
import json
import os
import secrets
from urllib.parse import parse_qsl

HEADER = 'x-functions-key'


class Keys:
    """Master, host, system and function keys by name."""

    def __init__(self, master, host, functions, system):
        self.master, self.host, self.functions, self.system = master, host, functions, system

    @classmethod
    def made_for(cls, functions):
        new = lambda: secrets.token_urlsafe(40)
        return cls(new(), {'default': new()}, {function.name: {'default': new()} for function in functions}, {'extension': new()})

    @classmethod
    def in_file(cls, file, functions):
        """The keys of a JSON file, which is made, for its owner only, if it is not there."""
        if not file.exists():
            made = cls.made_for(functions)
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), 'w') as out:
                json.dump(vars(made), out, indent=2)
        return cls(**json.loads(file.read_text()))


class Authorization:
    """Decides about a request. Without keys everybody is an admin, as under `func start`."""

    def __init__(self, keys):
        self._keys = keys

    def allows(self, function, headers, query):
        if self._keys is None or function.level == 'anonymous':
            return True
        given = _given(headers, query)
        if not given:
            return False
        opening = [self._keys.master]
        if function.level == 'function':
            opening += [*self._keys.host.values(), *self._keys.functions.get(function.name, {}).values()]
        return any(hmac.compare_digest(given.encode(), key.encode()) for key in opening)


def _given(headers, query):
    """The header's key if there is a header, even an empty one; else the query's."""
    for name, value in headers:
        if name.lower() == HEADER:
            return value
    return dict(reversed([(name.lower(), value) for name, value in parse_qsl(query, keep_blank_values=True)])).get('code')
