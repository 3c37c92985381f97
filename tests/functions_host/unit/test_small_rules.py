"""Rules that need no process: arguments (contract 1.4), routes (1.3), console lines (2.5), keys (5), headers and paths (4.1)."""
import unittest
from pathlib import Path
from types import SimpleNamespace

from host import command_line, console, headers
from host.functions import Function
from host.keys import Authorization, Keys
from host.routes import Route, RouteError, is_reserved
from host.wire import Head


def description(*arguments, worker_path='', worker_arguments=(), executable='x'):
    return SimpleNamespace(arguments=arguments, worker_path=worker_path, worker_arguments=worker_arguments, executable=executable,
                           worker_directory=Path('/nowhere'))


class Arguments(unittest.TestCase):
    HANDLER = {'FUNCTIONS_CUSTOMHANDLER_PORT': '4711'}

    def line(self, *arguments, environment=None, **more):
        return command_line.argument_line(description(*arguments, **more), environment or {}, self.HANDLER)

    def test_nothing_is_quoted_so_blanks_divide(self):
        self.assertEqual(command_line.split(self.line('one', 'two words', '"kept together"')), ['one', 'two', 'words', 'kept together'])

    def test_variables_are_expanded_and_their_blanks_divide_too(self):
        self.assertEqual(command_line.split(self.line('%NAME%', environment={'NAME': 'a b'})), ['a', 'b'])

    def test_the_handlers_own_variables_are_expanded(self):
        self.assertEqual(command_line.split(self.line('--port', '%FUNCTIONS_CUSTOMHANDLER_PORT%')), ['--port', '4711'])

    def test_what_is_left_between_percent_signs_is_deleted(self):
        self.assertEqual(self.line('from', '50%', 'to', '60%'), ' from 50')
        self.assertEqual(self.line('%NO_SUCH%', '50%'), '  50%')

    def test_the_workers_path_is_quoted_and_comes_before_its_arguments(self):
        self.assertEqual(command_line.split(self.line('-m', worker_path='my app.py', worker_arguments=('--x',))), ['-m', 'my app.py', '--x'])

    def test_quotes_and_backslashes(self):
        for line, arguments in ((r'a\b "c\\" "d\"e" ""', ['a\\b', 'c\\', 'd"e', '']), ('x"y z"w', ['xy zw']), ('"a""b"', ['a"b']), ('  ', [])):
            self.assertEqual(command_line.split(line), arguments)

    def test_a_second_sign_may_begin_the_next_variable(self):
        self.assertEqual(command_line.expand('%no%A%', {'A': '1'}), '%no1')

    def test_the_program_beside_the_app_is_preferred(self):
        here = Path(__file__)
        found = SimpleNamespace(executable=here.name, worker_directory=here.parent)
        self.assertEqual(command_line.executable(found, {}, {}), str(here))
        self.assertEqual(command_line.executable(description(executable='%TOOL%'), {'TOOL': 'bash'}, {}), 'bash')


class Routes(unittest.TestCase):
    def test_the_rest_matches_everything_and_nothing(self):
        route = Route('', '{*route}')
        for path in ('/', '/mcp', '/a/b/c'):
            self.assertTrue(route.matches(path), path)

    def test_parameters_and_literals(self):
        route = Route('api', 'Items/{id:int}/{name?}')
        for path, matches in (('/api/items/7', True), ('/API/Items/7/x', True), ('/api/items/x', False), ('/items/7', False), ('/api/items/7/x/y', False)):
            self.assertEqual(route.matches(path), matches, path)

    def test_what_the_host_keeps(self):
        for template in ('admin', 'Admin/{*x}', 'runtime/{*x}', '/admin/x'):
            with self.assertRaises(RouteError):
                Route('', template)
        self.assertTrue(is_reserved('/ADMIN/host/status') and is_reserved('/runtime') and not is_reserved('/administrator'))

    def test_templates_that_are_none(self):
        for template in ('{*a}/b', '{a', 'x{', '{a:nothing}'):
            with self.assertRaises(RouteError):
                Route('', template)


class ConsoleLines(unittest.TestCase):
    def test_stdout_is_information(self):
        self.assertEqual(console.line_of_stdout('error!', 'w').level, 'Information')

    def test_stderr_is_an_error_unless_it_warns(self):
        self.assertEqual([console.line_of_stderr(text, 'w', True).level for text in ('started', 'a WARNing')], ['Error', 'Warning'])

    def test_stderr_by_its_words_if_it_is_not_for_errors_only(self):
        levels = [console.line_of_stderr(text, 'w', False).level for text in ('started', 'warn', 'it Failed', 'SEVERE', 'an unhandled exception', 'Error')]
        self.assertEqual(levels, ['Information', 'Warning', 'Error', 'Error', 'Error', 'Error'])

    def test_prefixes_name_other_categories(self):
        line = console.line_of_stdout('LanguageWorkerConsoleLog: for the system', 'w')
        self.assertEqual((line.category, line.text), ('Worker.HttpWorkerProcess.w', 'for the system'))
        self.assertEqual(console.line_of_stdout('azfuncjsonlog:{}', 'w').text, '{}')
        self.assertEqual(console.line_of_stdout('{"level": "error"}', 'w').category, 'Host.Function.Console')


class KeyRules(unittest.TestCase):
    KEYS = Keys('m', {'default': 'h', 'other': 'o'}, {'one': {'default': 'f'}, 'two': {'default': 'g'}}, {'extension': 's'})

    def allows(self, level, header=None, query='', keys=KEYS):
        function = Function('one', None, level)
        return Authorization(keys).allows(function, [] if header is None else [('X-Functions-Key', header)], query)

    def test_function_level(self):
        opening = {key: self.allows('function', key) for key in ('m', 'h', 'o', 'f', 'g', 's', 'x', '')}
        self.assertEqual([key for key, opens in opening.items() if opens], ['m', 'h', 'o', 'f'])

    def test_admin_level_is_the_masters(self):
        self.assertEqual([key for key in ('m', 'h', 'f', 's') if self.allows('admin', key)], ['m'])

    def test_anonymous_level_looks_at_no_key(self):
        self.assertTrue(self.allows('anonymous') and self.allows('anonymous', 'wrong'))

    def test_the_query_counts_if_there_is_no_header(self):
        self.assertTrue(self.allows('function', query='a=1&code=h'))
        self.assertTrue(self.allows('function', query='CODE=h'))
        self.assertFalse(self.allows('function', query='code=x'))
        self.assertFalse(self.allows('function'))

    def test_a_header_even_an_empty_one_is_before_the_query(self):
        self.assertFalse(self.allows('function', '', 'code=h'))
        self.assertFalse(self.allows('function', 'x', 'code=h'))
        self.assertTrue(self.allows('function', 'h', 'code=x'))

    def test_without_keys_everybody_is_an_admin(self):
        self.assertTrue(self.allows('admin', keys=None))


class PathsAndPlaces(unittest.TestCase):
    def test_escapes(self):
        for path, sent in (('/a%20b', '/a%20b'), ('/%41b', '/Ab'), ('/a%2fb', '/a%2Fb'), ('/a/../b', '/b'), ('/a/./', '/a/'), ('/ä', '/%C3%A4'), ('/a%3Fb', '/a%3Fb')):
            self.assertEqual(headers.normalised(path), sent)

    def test_azures_front_end_says_what_the_client_used(self):
        head = Head(('GET', '/', 'HTTP/1.1'), [('Host', '10.0.0.1'), ('DISGUISED-HOST', 'app.azurewebsites.net'), ('X-Forwarded-Proto', 'https')])
        self.assertEqual(headers.public_place(head, True), ('app.azurewebsites.net', 'https'))
        self.assertEqual(headers.public_place(head, False), ('10.0.0.1', 'http'))


if __name__ == '__main__':
    unittest.main()
