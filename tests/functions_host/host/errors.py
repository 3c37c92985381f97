"""What keeps a host from starting."""


class HostConfigurationError(Exception):
    """A setting that the host refuses; its words are the host's log line."""
