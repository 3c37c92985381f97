"""The shipped package serves the weather tools: with and without keys, over both transports, cold, and on older hosts."""
import re

from support.http_client import request, timed
from support.mcp_client import Session, SseSession, initialize_body

from .base import ROOT, AcceptanceTest, either_host


class Weather(AcceptanceTest):
    @either_host
    def test_the_shipped_package_unchanged_lists_the_weather_tools(self):
        session = self.open(self.start())
        self.assertEqual({tool['name'] for tool in session.result('tools/list')['tools']}, {'get_alerts', 'get_forecast'})

    @either_host
    def test_weather_works_without_keys_on_ones_own_machine(self):
        self.serve()
        self.weather_works(self.open(self.start()))

    @either_host
    def test_the_root_is_short_finite_and_quick(self):
        host = self.start()
        response, seconds = timed(lambda: request(host.port, 'GET', '/'))
        self.assertEqual(response.status, 200)
        self.assertLess(len(response.body), 1000)
        self.assertLess(seconds, 1)

    def test_an_older_host_takes_it_with_the_runtime_of_local_settings(self):
        self.open(self.start('--older-host')).result('tools/list')

    def test_a_package_that_starts_says_nothing_on_stderr(self):
        host = self.start()
        self.open(host).result('tools/list')
        self.assertEqual(host.log('Error') + host.log('Warning'), [])

    def test_every_key_that_the_host_takes_opens_it_in_header_and_query(self):
        self.serve()
        host, keys = self.start_with_keys()
        for key in (keys['host']['default'], keys['master'], keys['functions']['http-handler1']['default']):
            self.weather_works(self.open(host, headers=[('x-functions-key', key)]))
            self.weather_works(self.open(host, query=f'?code={key}'))

    def test_a_wrong_key_and_none_are_401_with_nothing_in_it(self):
        host, keys = self.start_with_keys()
        for session in (Session(host.port), Session(host.port, query='?code=wrong'), Session(host.port, headers=[('x-functions-key', 'wrong')]),
                        Session(host.port, headers=[('x-functions-key', keys['system']['extension'])])):
            response = session.post(initialize_body())
            self.assertEqual((response.status, response.body, response.header('WWW-Authenticate')), (401, b'', None))

    def test_the_header_counts_before_the_query(self):
        host, keys = self.start_with_keys()
        key = keys['host']['default']
        self.assertEqual(Session(host.port, [('x-functions-key', 'wrong')], f'?code={key}').post(initialize_body()).status, 401)
        self.assertEqual(Session(host.port, [('x-functions-key', key)], '?code=wrong').post(initialize_body()).status, 200)

    def test_clients_of_2024_11_05_come_with_a_key_in_the_url(self):
        self.serve()
        host, keys = self.start_with_keys()
        with SseSession(host.port, f'?code={keys["host"]["default"]}') as session:
            self.assertEqual(session.post(initialize_body()).status, 202)
            self.assertEqual(session.message()['result']['serverInfo']['name'], 'weather-stdio')

    def test_the_first_request_comes_before_the_handler_is_there(self):
        self.serve()
        host = self.start('--cold')
        session = Session(host.port)
        response, seconds = timed(lambda: session.post(initialize_body()))
        self.assertEqual(response.status, 200)
        self.assertLess(seconds, 3)
        self.assertEqual(len(host.events('handler_started')), 1)

    def test_in_azure_the_front_ends_host_name_is_served(self):
        self.serve()
        host, keys = self.start_with_keys('--azure')
        front = [('DISGUISED-HOST', 'app.azurewebsites.net'), ('X-Forwarded-Proto', 'https'), ('x-functions-key', keys['host']['default'])]
        self.weather_works(self.open(host, headers=front))

    @either_host
    def test_older_hosts_take_the_files_of_their_page(self):
        self.serve()
        page = (ROOT / 'docs/functions-older-hosts.md').read_text(encoding='utf-8')
        files = dict(re.findall(r'^`([\w./-]+)`:\n\n```json\n(.*?)^```$', page, re.MULTILINE | re.DOTALL))
        self.assertEqual(set(files), {'host.json', 'mcp-handler/function.json', 'local.settings.json'})
        for name, text in files.items():
            (self.app / name).parent.mkdir(exist_ok=True)
            (self.app / name).write_text(text, encoding='utf-8')
        host = self.start('--older-host')
        session = self.open(host)
        self.weather_works(session)
        for method, status in (('HEAD', 200), ('OPTIONS', 204), ('PUT', 404), ('PATCH', 404)):
            self.assertEqual(request(host.port, method, '/' if method == 'HEAD' else '/mcp').status, status, method)


class Names(AcceptanceTest):
    def test_a_page_whose_name_leads_to_this_machine_is_refused_under_func_start(self):
        host = self.start()
        response = request(host.port, 'POST', '/mcp', [('Host', 'rebound.example'), ('Content-Type', 'application/json'),
                                                       ('Accept', 'application/json, text/event-stream')], initialize_body())
        self.assertEqual(response.status, 403)
