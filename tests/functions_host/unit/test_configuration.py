"""Contract 1: host.json, profile, environment."""
import socket
import unittest

from host import configuration
from host.errors import HostConfigurationError
from host.free_port import free_port
from host.local_settings import with_local_settings

from .fake_app import AppTest, host_json


class Configuration(AppTest):
    def load(self, document=None, older_host=False, **environment):
        self.write(document or host_json())
        return configuration.load(self.app, environment, older_host)

    def refused(self, document=None, **environment):
        with self.assertRaises(HostConfigurationError) as caught:
            self.load(document, **environment)
        return str(caught.exception)

    def test_the_profile_sets_proxying_an_empty_prefix_and_a_route_for_everything(self):
        for profile in ('mcp-custom-handler', 'MCP-Custom-Handler', 'web-app-custom-handler'):
            settings = self.load(host_json(configurationProfile=profile))
            (function,) = settings.functions
            self.assertEqual((function.name, function.route.template, function.level), ('http-handler1', '{*route}', 'function'))

    def test_host_json_is_over_the_profile(self):
        settings = self.load(host_json(extensions={'http': {'routePrefix': 'base'}}, handler={'http': {'routes': [{'route': 'mcp'}, {'route': 'x/{*y}'}]}}))
        self.assertEqual([function.route.template for function in settings.functions], ['base/mcp', 'base/x/{*y}'])

    def test_the_environment_is_over_host_json(self):
        settings = self.load(AzureFunctionsJobHost__customHandler__http__defaultAuthorizationLevel='anonymous',
                             AzureFunctionsJobHost__customHandler__description__arguments='["one", "two words"]',
                             AzureFunctionsJobHost__functionTimeout='00:05:00')
        self.assertEqual(settings.functions[0].level, 'anonymous')
        self.assertEqual(settings.handler.arguments, ('one', 'two words'))
        self.assertEqual(settings.function_timeout, 300)

    def test_the_environment_names_the_profile_before_host_json(self):
        self.assertIn('not supported', self.refused(AzureFunctionsJobHost__configurationProfile='other'))
        document = host_json(configurationProfile='other')
        self.assertEqual(len(self.load(document, AzureFunctionsJobHost__configurationProfile='mcp-custom-handler').functions), 1)

    def test_an_unknown_profile_is_refused_and_the_known_ones_are_named(self):
        self.assertIn('mcp-custom-handler', self.refused(host_json(configurationProfile='mcp')))

    def test_the_profile_is_looked_up_as_it_is_written(self):
        document = host_json()
        document['ConfigurationProfile'] = document.pop('configurationProfile')
        self.assertIn('enableProxyingHttpRequest', self.refused(document))

    def test_a_misspelt_key_is_ignored_so_nothing_is_proxied(self):
        self.assertIn('enableProxyingHttpRequest', self.refused(host_json(configurationProfile='', handler={'enableHttpProxyingRequest': True})))

    def test_names_do_not_differ_by_case(self):
        settings = self.load(host_json(handler={'http': {'DefaultAuthorizationLevel': 'Anonymous'}, 'INITIALIZATIONTIMEOUT': '00:01:00'}))
        self.assertEqual((settings.functions[0].level, settings.handler.initialization_timeout), ('anonymous', 60))

    def test_defaults(self):
        settings = self.load()
        self.assertEqual((settings.handler.initialization_timeout, settings.function_timeout, settings.body_limit), (30, 1800, 104857600))
        self.assertEqual((settings.handler.working_directory, settings.handler.port), (self.app, 0))
        self.assertTrue(settings.handler.stderr_is_for_errors)

    def test_no_limit_of_time(self):
        self.assertIsNone(self.load(host_json(functionTimeout='-1')).function_timeout)

    def test_version_has_to_be_2_0(self):
        self.assertIn('version', self.refused(host_json(version='1.0')))

    def test_what_is_no_json_is_refused(self):
        self.assertIn('parse', self.refused('{'))

    def test_without_a_program_nothing_starts(self):
        self.assertIn('defaultExecutablePath', self.refused(host_json(description={'defaultExecutablePath': ''})))

    def test_routes_and_function_json_are_refused_together(self):
        self.write({'bindings': []}, 'handler/function.json')
        self.assertIn('function.json', self.refused())

    def test_routes_need_the_runtime_custom(self):
        plain = {**host_json(configurationProfile=''), 'extensions': {'http': {'routePrefix': ''}}}
        plain['customHandler'].update({'enableProxyingHttpRequest': True, 'http': {'routes': [{'route': '{*route}'}]}})
        self.assertIn('only allowed for worker runtime: custom', self.refused(plain))
        self.assertEqual(len(self.load(plain, FUNCTIONS_WORKER_RUNTIME='custom').functions), 1)

    def test_a_profile_says_that_the_runtime_is_custom_but_not_to_older_hosts(self):
        self.assertEqual(len(self.load(FUNCTIONS_WORKER_RUNTIME='python').functions), 1)
        for runtime in ({}, {'FUNCTIONS_WORKER_RUNTIME': 'python'}):
            self.assertIn('only allowed for worker runtime: custom', self.refused(older_host=True, **runtime))
        self.assertEqual(len(self.load(older_host=True, FUNCTIONS_WORKER_RUNTIME='custom').functions), 1)

    def test_function_json_without_a_profile(self):
        self.write({'bindings': [{'type': 'httpTrigger', 'direction': 'in', 'authLevel': 'anonymous', 'name': 'req', 'route': '{*route}', 'methods': ['get']},
                                 {'type': 'http', 'direction': 'out', 'name': 'res'}]}, 'mcp-handler/function.json')
        (function,) = self.load(host_json(configurationProfile='', handler={'enableProxyingHttpRequest': True}, extensions={'http': {'routePrefix': ''}}),
                                FUNCTIONS_WORKER_RUNTIME='python').functions
        self.assertEqual((function.name, function.level, function.methods, function.route.template), ('mcp-handler', 'anonymous', ('GET',), '{*route}'))

    def test_without_a_prefix_of_its_own_function_json_is_below_api(self):
        self.write({'bindings': [{'type': 'httpTrigger', 'name': 'req'}, {'type': 'http', 'direction': 'out', 'name': 'res'}]}, 'hello/function.json')
        (function,) = self.load(host_json(configurationProfile='', handler={'enableProxyingHttpRequest': True})).functions
        self.assertEqual(function.route.template, 'api/hello')

    def test_a_function_with_other_bindings_is_left_out(self):
        self.write({'bindings': [{'type': 'httpTrigger', 'name': 'req'}, {'type': 'queue', 'direction': 'out', 'name': 'q'}]}, 'hello/function.json')
        settings = self.load(host_json(configurationProfile='', handler={'enableProxyingHttpRequest': True}))
        self.assertEqual(settings.functions, ())
        self.assertIn("'hello' function is in error", settings.refused_functions[0])

    def test_routes_of_the_hosts_own_and_bad_ones_are_left_out_and_the_others_serve(self):
        routes = [{'route': 'admin/{*route}'}, {'route': 'runtime/x'}, {'route': '{unclosed'}, {'route': 'mcp'}]
        settings = self.load(host_json(handler={'http': {'routes': routes}}))
        self.assertEqual([function.name for function in settings.functions], ['http-handler4'])
        self.assertEqual(['built in routes' in line for line in settings.refused_functions], [True, True, False])

    def test_a_port_that_is_taken_is_refused(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            self.assertIn('customHandler.port', self.refused(host_json(handler={'port': taken.getsockname()[1]})))
        self.assertIn('customHandler.port', self.refused(host_json(handler={'port': '0'})))

    def test_a_port_may_be_text(self):
        port = free_port()
        self.assertEqual(self.load(host_json(handler={'port': str(port)})).handler.port, port)

    def test_the_section_of_before_still_works(self):
        document = host_json()
        document['httpWorker'] = document.pop('customHandler')
        self.assertEqual(self.load(document).handler.executable, 'python3')
        both = {**host_json(), 'httpWorker': {}}
        self.assertIn('customHandler counts', self.load(both).warnings[0])

    def test_a_type_of_none_is_http(self):
        self.assertIn("'none'", self.load(host_json(handler={'type': 'none'})).warnings[0])


class LocalSettings(AppTest):
    def test_values_are_added_and_the_environment_beats_them(self):
        self.write({'Values': {'FUNCTIONS_WORKER_RUNTIME': 'custom', 'PLACE': 'file'}}, 'local.settings.json')
        environment, warnings = with_local_settings(self.app, {'PLACE': 'environment'}, 7071)
        self.assertEqual((environment['FUNCTIONS_WORKER_RUNTIME'], environment['PLACE']), ('custom', 'environment'))
        self.assertIn("Skipping 'PLACE'", warnings[0])
        self.assertEqual((environment['AZURE_FUNCTIONS_ENVIRONMENT'], environment['AzureWebJobsScriptRoot'], environment['WEBSITE_HOSTNAME']),
                         ('Development', str(self.app), 'localhost:7071'))

    def test_an_empty_variable_does_not_beat_them_and_null_is_left_out(self):
        self.write({'Values': {'FUNCTIONS_WORKER_RUNTIME': 'custom', 'PLACE': 'file', 'NOTHING': None}}, 'local.settings.json')
        environment, warnings = with_local_settings(self.app, {'PLACE': ''}, 7071)
        self.assertEqual(environment['PLACE'], 'file')
        self.assertNotIn('NOTHING', environment)
        self.assertEqual(warnings, ["Skipping 'NOTHING' because value is null"])

    def test_without_a_runtime_func_would_open_a_menu(self):
        for values in (None, {}, {'AzureWebJobsFeatureFlags': 'EnableMcpCustomHandlerPreview'}):
            if values is not None:
                self.write({'Values': values}, 'local.settings.json')
            with self.assertRaisesRegex(HostConfigurationError, 'would ask for the worker runtime in a menu'):
                with_local_settings(self.app, {'FUNCTIONS_WORKER_RUNTIME': ''}, 7071)
            self.assertEqual(with_local_settings(self.app, {'FUNCTIONS_WORKER_RUNTIME': 'custom'}, 7071)[0]['FUNCTIONS_WORKER_RUNTIME'], 'custom')

    def test_core_tools_say_that_they_are_there_unless_the_user_says_something_else(self):
        self.write({'Values': {'FUNCTIONS_WORKER_RUNTIME': 'custom'}}, 'local.settings.json')
        for given in ({}, {'AzureFunctionsJobHost__SequentialRestart': 'false'}):
            environment, _ = with_local_settings(self.app, given, 7071)
            self.assertEqual(environment['FUNCTIONS_CORETOOLS_ENVIRONMENT'], 'true')
            self.assertEqual(environment['AzureFunctionsJobHost__SequentialRestart'], given.get('AzureFunctionsJobHost__SequentialRestart', 'true'))

    def test_the_feature_flag_makes_the_runtime_custom(self):
        self.write({'Values': {'FUNCTIONS_WORKER_RUNTIME': 'python', 'AzureWebJobsFeatureFlags': 'Other,EnableMcpCustomHandlerPreview'}},
                   'local.settings.json')
        self.assertEqual(with_local_settings(self.app, {}, 7071)[0]['FUNCTIONS_WORKER_RUNTIME'], 'custom')

    def test_a_file_that_is_no_json_is_refused(self):
        self.write('{', 'local.settings.json')
        with self.assertRaises(HostConfigurationError):
            with_local_settings(self.app, {}, 7071)


if __name__ == '__main__':
    unittest.main()
