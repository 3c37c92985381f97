"""Times as .NET writes them: [d.]hh:mm:ss[.fffffff]."""
import re

from .errors import HostConfigurationError

_FORM = re.compile(r'(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d{1,7})?))?$')


def seconds(text, name):
    """The seconds of a time that stands at `name`."""
    form = _FORM.match(text)
    if not form or int(form[2]) > 23 or int(form[3]) > 59 or float(form[4] or 0) >= 60:
        raise HostConfigurationError(f"'{name}' has to be a time (hh:mm:ss), not '{text}'.")
    return ((int(form[1] or 0) * 24 + int(form[2])) * 60 + int(form[3])) * 60 + float(form[4] or 0)


def seconds_or_unlimited(text, name):
    """The same, or None for -1, which stands for no limit."""
    return None if text in ('-1', '-00:00:01') else seconds(text, name)
