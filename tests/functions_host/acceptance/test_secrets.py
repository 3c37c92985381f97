"""Keys and settings stay where they belong: in no log, and not with the server."""
import json

from support.http_client import request
from support.mcp_client import Session, SseSession, initialize_body

from .base import FIXTURE, AcceptanceTest


class Secrets(AcceptanceTest):
    def test_keys_are_in_no_line_of_host_or_handler(self):
        self.serve(FIXTURE, log_level='trace')
        host, keys = self.start_with_keys('--verbose')
        given = [keys['host']['default'], keys['master'], keys['functions']['http-handler1']['default'], 'a-key-that-is-wrong']
        for key in given:
            for more in ({'headers': [('x-functions-key', key)]}, {'query': f'?code={key}'}):
                session = Session(host.port, **more)
                if session.post(initialize_body()).status == 200:
                    session.open().call('echo')
                    session.send('no/such/method')
                    session.post(b'{"no JSON')
                    with session.listen() as stream:
                        stream.head()
                    session.delete()
            for target in (f'/?code={key}', f'/no/such/path?code={key}', f'/mcp?code={key}&x=%zz'):
                request(host.port, 'PUT', target, [('x-functions-key', key)])
                request(host.port, 'GET', target)
        with SseSession(host.port, f'?code={given[0]}') as session:
            session.post(initialize_body())
            session.message()
        host.interrupt()
        host.wait()
        said = host.output() + host.record_text()
        self.assertTrue(' debug session opened' in said, 'it was not as talkative as it can be')
        for key in given:
            self.assertFalse(key in said, 'a key is in the log')

    def test_the_server_gets_nothing_of_the_hosts_environment(self):
        settings = json.loads((self.app / 'local.settings.json').read_text())
        settings['Values'] |= {'AzureWebJobsStorage': 'AccountKey=secret-of-storage', 'MY_SECRET': 'secret-of-mine', 'WANTED': 'wanted'}
        (self.app / 'local.settings.json').write_text(json.dumps(settings))
        self.serve(FIXTURE, env=['WANTED'])
        host, keys = self.start_with_keys(environment={'APPLICATIONINSIGHTS_CONNECTION_STRING': 'secret-of-insights'})
        session = self.open(host, headers=[('x-functions-key', keys['host']['default'])], query=f'?code={keys["master"]}')
        said = json.dumps(session.call('process'))
        self.assertIn('wanted', said)
        for secret in ('secret-of', 'FUNCTIONS_', 'AzureWebJobs', 'WEBSITE_', 'AZURE_', keys['host']['default'], keys['master']):
            self.assertNotIn(secret, said)
