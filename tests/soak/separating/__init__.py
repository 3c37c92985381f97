"""Sessions that differ only in a secret, and must never learn the secret of another session."""
