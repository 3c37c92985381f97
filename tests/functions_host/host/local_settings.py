"""local.settings.json, which Core Tools reads and puts into the host's environment."""
import json

from .errors import HostConfigurationError

FEATURE_FLAG = 'EnableMcpCustomHandlerPreview'
RUNTIME = 'FUNCTIONS_WORKER_RUNTIME'
# Core Tools sets these as soon as it starts, unless the user has set them.
OF_CORE_TOOLS = {'FUNCTIONS_CORETOOLS_ENVIRONMENT': 'true', 'AzureFunctionsJobHost__SequentialRestart': 'true'}


def with_local_settings(root, environment, public_port):
    """The host's environment as `func start` makes it of the user's; and a warning for each setting that does not get into it.

    Raises HostConfigurationError where `func start` would open a menu: nobody can choose there in a test or in CI.
    """
    merged, warnings = {**OF_CORE_TOOLS, **environment}, []
    values = _values(root)
    if not environment.get(RUNTIME) and RUNTIME.lower() not in {name.lower() for name in values}:
        raise HostConfigurationError(f'{RUNTIME} is set neither in local.settings.json nor in the environment: `func start` would ask for the worker '
                                     f'runtime in a menu. Write {{ "Values": {{ "{RUNTIME}": "custom" }} }} into local.settings.json.')
    for name, value in values.items():
        # An empty variable of the environment counts as none.
        if environment.get(name):
            warnings.append(f"Skipping '{name}' from local settings as it's already defined in current environment variables.")
        elif value is None:
            warnings.append(f"Skipping '{name}' because value is null")
        else:
            merged[name] = str(value)
    flags = merged.get('AzureWebJobsFeatureFlags', '').split(',')
    if FEATURE_FLAG in [flag.strip() for flag in flags]:
        merged[RUNTIME] = 'custom'
    merged['AZURE_FUNCTIONS_ENVIRONMENT'] = 'Development'
    merged['AzureWebJobsScriptRoot'] = str(root)
    merged['WEBSITE_HOSTNAME'] = f'localhost:{public_port}'
    return merged, warnings


def _values(root):
    file = root / 'local.settings.json'
    if not file.exists():
        return {}
    try:
        return dict(json.loads(file.read_text('utf-8-sig')).get('Values', {}))
    except (ValueError, AttributeError, TypeError) as error:
        raise HostConfigurationError(f'local.settings.json cannot be read: {error}') from error
