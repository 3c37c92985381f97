"""Clients of 2026-07-28 whose calls wait for answers to questions of the server, and who never come back, steal, listen and see servers die."""
