"""Chaos: hundreds of clients, servers that are killed, stopped and made to send nonsense, and an account of every request."""
