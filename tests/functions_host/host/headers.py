"""The headers that the proxy removes and sets, and what it makes of a path (contract 4.1, 4.3)."""
import posixpath
from urllib.parse import quote, unquote_to_bytes

HOST_VERSION = '4.1044.400.0'

_HOP_BY_HOP = {'connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'http2-settings', 'upgrade-insecure-requests', 'alt-svc',
               'alpn', 'close', 'forwarded', 'proxy-connection', 'proxy-authenticate', 'proxy-authentication-info', 'proxy-authorization',
               'proxy-features', 'proxy-instruction', 'security-scheme'}
_SET = {'host', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-prefix', 'x-azure-functions-invocationid',
        'x-azure-functions-hostversion', 'x-ms-invocation-id'}


def for_handler(headers, handler_port, peer, public, invocation):
    """What the handler gets. `public` is the (host, scheme) that the client used."""
    host, scheme = public
    kept = [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP | _SET | {'content-length'}]
    return [('Host', f'127.0.0.1:{handler_port}'), *kept,
            ('X-Forwarded-For', peer), ('X-Forwarded-Host', host), ('X-Forwarded-Proto', scheme),
            ('X-Azure-Functions-InvocationId', invocation), ('X-Azure-Functions-HostVersion', HOST_VERSION), ('x-ms-invocation-id', invocation)]


def for_client(headers):
    return [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP | {'content-length'}]


def public_place(head, behind_front_end):
    """The (host, scheme) of a request; in Azure the front end says them in headers."""
    host, scheme = head.get('host', ''), 'http'
    if behind_front_end:
        host = head.get('disguised-host', host)
        scheme = head.get('x-forwarded-proto', scheme)
    return host, scheme


def normalised(path):
    """A path as the host sends it on: dot segments gone, needless escapes undone, needed ones made; %2F stays what it is."""
    decoded = [unquote_to_bytes(part) for part in path.replace('%2f', '%2F').split('%2F')]
    encoded = '%2F'.join(quote(part, safe="/!$&'()*+,-.:;=@_~") for part in decoded)
    if '/.' not in encoded:
        return encoded
    clean = posixpath.normpath(encoded)
    return clean + '/' if encoded.endswith(('/', '/.', '/..')) and clean != '/' else clean
