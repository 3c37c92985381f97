"""Many sessions that are equal in everything but a secret, and that must never learn another's."""
