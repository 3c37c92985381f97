"""Contract 2 and 3: start, environment, console, readiness, exits, end."""
import json
import os
import signal
import subprocess
import time
import unittest

from host.free_port import free_port
from support.http_client import Connection, timed
from support.waiting import eventually

from .fake_app import FAKE, LOCAL_SETTINGS, AppTest, get


def gone(pid):
    return not os.path.exists(f'/proc/{pid}')


class Start(AppTest):
    def test_the_handler_gets_the_hosts_environment_and_five_variables(self):
        self.write({'Values': {**LOCAL_SETTINGS['Values'], 'SECRET_SETTING': 'value'}}, 'local.settings.json')
        host = self.started(environment={'OF_THE_HOST': 'yes'})
        environment = json.loads(get(host, '/environment').body)
        port = str(host.handler_port())
        self.assertEqual([environment[f'FUNCTIONS_{name}_PORT'] for name in ('CUSTOMHANDLER', 'HTTPWORKER')], [port, port])
        self.assertEqual(environment['FUNCTIONS_CUSTOMHANDLER_WORKER_ID'], environment['FUNCTIONS_HTTPWORKER_ID'])
        self.assertEqual(environment['FUNCTIONS_APP_ROOT_PATH'], str(self.app))
        self.assertEqual((environment['OF_THE_HOST'], environment['SECRET_SETTING'], environment['AZURE_FUNCTIONS_ENVIRONMENT']),
                         ('yes', 'value', 'Development'))
        self.assertEqual((environment['FUNCTIONS_CORETOOLS_ENVIRONMENT'], environment['AzureFunctionsJobHost__SequentialRestart']), ('true', 'true'))

    def test_core_tools_are_not_in_azure(self):
        host = self.started(options=['--azure', '--keys', str(self.app / 'keys.json')])
        key = json.loads((self.app / 'keys.json').read_text())['master']
        environment = json.loads(get(host, '/environment', [('x-functions-key', key)]).body)
        self.assertNotIn('FUNCTIONS_CORETOOLS_ENVIRONMENT', environment)
        self.assertNotIn('FUNCTIONS_WORKER_RUNTIME', environment)

    def test_arguments_and_folder(self):
        host = self.started('a', 'two words', description={'workingDirectory': '/'})
        process = json.loads(get(host, '/process').body)
        self.assertEqual((process['words'], process['folder']), (['a', 'two', 'words'], '/'))

    def test_a_port_of_host_json_is_used(self):
        port = free_port()
        host = self.started(handler={'port': port})
        get(host, '/')
        self.assertEqual(host.handler_port(), port)
        self.assertIn(str(port), ' '.join(host.log('Information')))

    def test_a_program_that_is_not_there_is_not_tried_again_and_requests_wait_until_the_host_ends(self):
        for options, status in (([], 500), (['--azure'], 502)):
            host = self.start('--time-scale', '0.01', *options, description={'defaultExecutablePath': 'bin/no-such-program'},
                              handler={'http': {'defaultAuthorizationLevel': 'anonymous'}})
            host.wait_for('handler_not_started')
            response, seconds = timed(lambda host=host: get(host, '/status/200'))
            self.assertEqual(response.status, status)
            self.assertGreater(seconds, 0.9)
            self.assertEqual(host.wait(), 1)
            errors = '\n'.join(host.log('Error'))
            self.assertIn('no-such-program', errors)
            self.assertIn('was not initialized in time', errors)
            self.assertEqual((host.events('handler_started'), host.events('handler_error')), ([], []))

    def test_a_program_that_is_not_there_does_not_end_a_host_that_nobody_asks(self):
        host = self.start('--time-scale', '0.001', description={'defaultExecutablePath': 'bin/no-such-program'})
        host.wait_for('handler_not_started')
        # Ten times as long as a request would wait.
        with self.assertRaises(subprocess.TimeoutExpired):
            host.wait(1.2)

    def test_a_program_without_its_exec_bit_starts_in_azure_only(self):
        self.write('#!/bin/sh\nexec python3 "$@"\n', 'bin/handler')
        (self.app / 'bin/handler').chmod(0o644)
        local = self.start(description={'defaultExecutablePath': 'bin/handler'})
        local.wait_for('handler_not_started')
        self.assertIn('Permission denied', '\n'.join(local.log('Error')))
        host = self.start('--azure')
        host.wait_for('handler_ready')

    def test_refusals_reach_the_log(self):
        self.assertIn('not supported', self.refusal(configurationProfile='mcp'))

    def test_the_public_port_is_taken(self):
        host = self.started()
        second = self.start('--port', str(host.port), ready=False)
        self.assertEqual(second.wait(), 1)
        self.assertIn('unavailable', '\n'.join(second.log('Error')))


class Console(AppTest):
    def test_lines_have_levels(self):
        host = self.started('--out', 'hello', '--err', 'broken', '--err', 'warning')
        host.wait_for('log', text='warning', level='Warning')
        host.wait_for('log', text='broken', level='Error')
        host.wait_for('log', text='hello', level='Information', category='Host.Function.Console')
        self.assertRegex(host.output(), r'\[\d{4}-\d\d-\d\dT[\d:.]+Z\] Information: hello')

    def test_what_is_for_the_system_is_hidden(self):
        host = self.started('--out', 'LanguageWorkerConsoleLog-hidden', '--out', 'azfuncjsonlog:[1]', '--out', 'shown')
        host.wait_for('log', text='shown')
        self.assertNotIn('hidden', host.output())
        self.assertIn('\n[1]\n', host.output())


class Readiness(AppTest):
    def test_any_status_is_ready(self):
        self.started('--root', 'missing').wait_for('handler_ready')

    def test_a_connection_closed_without_an_answer_is_ready(self):
        self.started('--root', 'close').wait_for('handler_ready')

    def test_a_handler_that_listens_late_is_waited_for_and_so_are_requests(self):
        host = self.started('--listen-after', '0.5')
        response, seconds = timed(lambda: get(host, '/status/201'))
        self.assertEqual(response.status, 201)
        self.assertGreater(seconds, 0.3)

    def test_a_root_that_hangs_blocks_the_start(self):
        host = self.started('--root', 'hang')
        with Connection(host.port) as connection:
            connection.send_request('GET', '/status/200')
            self.assertTrue(connection.nothing_for(1))
        self.assertEqual(host.events('handler_ready'), [])

    def test_one_that_never_listens_is_started_three_times_and_then_the_host_ends(self):
        host = self.started('--deaf', handler={'initializationTimeout': '00:00:00.2'})
        self.assertEqual(host.wait(), 1)
        self.assertEqual(len(host.events('handler_started')), 3)
        self.assertIn('did not answer in time', '\n'.join(host.log('Error')))


class Exits(AppTest):
    def test_three_errors_end_the_host(self):
        host = self.started('--err', '"cannot go on"', '--exit', '7')
        self.assertEqual(host.wait(), 1)
        self.assertEqual([event['code'] for event in host.events('handler_exited')], [7, 7, 7])
        errors = '\n'.join(host.log('Error'))
        self.assertIn('Exceeded http worker restart retry count', errors)
        self.assertIn('exited with code 7.\ncannot go on', errors)

    def test_requests_that_wait_for_a_handler_that_only_crashes_get_an_error_of_the_gateway_in_azure(self):
        for options, status in (([], 500), (['--azure'], 502)):
            host = self.start('--cold', *options, handler={'http': {'defaultAuthorizationLevel': 'anonymous'}},
                              description={'arguments': [f'"{FAKE}"', '--exit', '7']})
            self.assertEqual(get(host, '/status/200').status, status)
            self.assertEqual(host.wait(), 1)
            self.assertEqual(len(host.events('handler_started')), 3)

    def test_after_an_error_it_starts_again_on_the_same_port(self):
        host = self.started('--exit-once', f'"{self.app}/died"')
        self.assertEqual(get(host, '/status/200').status, 200)
        first, second = host.events('handler_started')
        self.assertEqual(first['port'], second['port'])
        self.assertNotEqual(first['pid'], second['pid'])

    def test_a_signal_is_128_and_its_number(self):
        host = self.started()
        host.wait_for('handler_ready')
        os.kill(host.handler_pid(), signal.SIGKILL)
        self.assertEqual(host.wait_for('handler_exited')['code'], 137)
        self.assertEqual(get(host, '/status/200').status, 200)

    def test_the_errors_are_forgotten_after_their_window(self):
        # The window of 30 minutes is 0.18 s; what else is scaled gets long enough.
        host = self.started(options=['--time-scale', '0.0001'], handler={'initializationTimeout': '1.00:00:00'})
        for count in range(1, 4):
            pid = host.wait_for('handler_ready', count)['pid']
            # A window without an error: nothing else tells that it is over.
            eventually(lambda first=time.monotonic(): time.monotonic() - first > 0.25, 'the window is over')
            os.kill(pid, signal.SIGKILL)
        host.wait_for('handler_ready', 4)
        self.assertEqual([event['count'] for event in host.events('handler_error')], [1, 1, 1])

    def test_code_0_is_not_noticed_and_requests_fail(self):
        host = self.started()
        host.wait_for('handler_ready')
        get(host, '/exit/0')
        host.wait_for('handler_exited', code=0)
        response, seconds = timed(lambda: get(host, '/status/200'))
        self.assertEqual((response.status, response.body), (500, b''))
        self.assertGreater(seconds, 1.5)  # ten attempts
        self.assertEqual(len(host.events('handler_started')), 1)
        self.assertEqual(host.events('request')[-1]['attempts'], 10)

    def test_code_200_is_a_restart_that_does_not_count(self):
        host = self.started()
        for count in range(1, 5):
            host.wait_for('handler_ready', count)
            request_that_may_fail(host, '/exit/200')
        host.wait_for('handler_ready', 5)
        self.assertEqual(host.events('handler_error'), [])


class End(AppTest):
    def test_the_handler_is_killed_at_once(self):
        host = self.started()
        pid = host.wait_for('handler_ready')['pid']
        host.process.terminate()
        self.assertEqual(host.wait(), 0)
        self.assertEqual(host.events('handler_exited')[0]['code'], 137)
        self.assertTrue(gone(pid))

    def test_ctrl_c_reaches_the_handler_too(self):
        host = self.started()
        host.wait_for('handler_ready')
        host.interrupt()
        self.assertEqual(host.wait(), 0)
        # What Python does at a SIGINT that it does not handle.
        self.assertEqual(host.events('handler_exited')[0]['code'], 130)


def request_that_may_fail(host, target):
    """A GET that ends its handler is sent again to the next one; its client does not wait for that."""
    with Connection(host.port) as connection:
        connection.send_request('POST', target, body=b'x')
        connection.response()


if __name__ == '__main__':
    unittest.main()
