"""Route templates: literals, {parameter}, {parameter?} and {*rest}, with the constraints that say what a parameter may be."""
import re

RESERVED = ('admin', 'runtime')
_CONSTRAINTS = {'int': r'-?\d+', 'long': r'-?\d+', 'alpha': '[A-Za-z]+', 'bool': '(?:true|false)', 'guid': '[0-9a-fA-F-]{36}'}
_PARAMETER = re.compile(r'\{(\*{0,2})([A-Za-z_]\w*)((?::[^{}?]+)?)(\??)\}')


class RouteError(Exception):
    """A template that the host refuses."""


def is_reserved(path):
    """Whether a path is the host's own, whatever the routes say."""
    return path.strip('/').split('/')[0].lower() in RESERVED


class Route:
    """A template behind the app's prefix, which may be empty."""

    def __init__(self, prefix, template):
        self.template = '/'.join(part for part in (prefix.strip('/'), template.strip('/')) if part)
        if is_reserved(template):
            raise RouteError(f"The specified route conflicts with one or more built in routes: '{template}'.")
        self._form = re.compile(self._pattern(), re.IGNORECASE)

    def matches(self, path):
        return bool(self._form.fullmatch(path.strip('/')))

    def _pattern(self):
        parts = self.template.split('/') if self.template else []
        pattern = ''
        for index, part in enumerate(parts):
            slash = '' if index == 0 else '/'
            parameter = _PARAMETER.fullmatch(part)
            if parameter is None:
                if '{' in part or '}' in part:
                    raise RouteError(f"The route template '{self.template}' is not valid at '{part}'.")
                pattern += slash + re.escape(part)
            elif parameter[1]:
                if index != len(parts) - 1:
                    raise RouteError(f"A catch-all parameter can only appear as the last segment of the route template '{self.template}'.")
                pattern += f'(?:{slash}.*)?'
            else:
                one = self._constraint(parameter[3])
                pattern += f'(?:{slash}{one})?' if parameter[4] else slash + one
        return pattern

    def _constraint(self, text):
        kind = text[1:]
        if not kind:
            return '[^/]+'
        if kind not in _CONSTRAINTS:
            raise RouteError(f"The constraint '{kind}' in the route template '{self.template}' is not known.")
        return _CONSTRAINTS[kind]
