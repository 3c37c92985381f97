"""local.settings.json, which Core Tools reads and puts into the host's environment."""
import json

from .errors import HostConfigurationError

FEATURE_FLAG = 'EnableMcpCustomHandlerPreview'


def with_local_settings(root, environment, public_port):
    """The host's environment as `func start` makes it of the user's; and a warning for each setting that the environment beats."""
    merged, warnings = dict(environment), []
    for name, value in _values(root).items():
        if name in environment:
            warnings.append(f"Skipping '{name}' from local settings as it's already defined in current environment variables.")
        else:
            merged[name] = value
    flags = merged.get('AzureWebJobsFeatureFlags', '').split(',')
    if FEATURE_FLAG in [flag.strip() for flag in flags]:
        merged['FUNCTIONS_WORKER_RUNTIME'] = 'custom'
    merged['AZURE_FUNCTIONS_ENVIRONMENT'] = 'Development'
    merged['AzureWebJobsScriptRoot'] = str(root)
    merged['WEBSITE_HOSTNAME'] = f'localhost:{public_port}'
    return merged, warnings


def _values(root):
    file = root / 'local.settings.json'
    if not file.exists():
        return {}
    try:
        values = json.loads(file.read_text('utf-8-sig')).get('Values', {})
    except (ValueError, AttributeError) as error:
        raise HostConfigurationError(f'local.settings.json cannot be read: {error}') from error
    return {name: str(value) for name, value in values.items()}
