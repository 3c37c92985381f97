"""Mixed traffic of clients that stay, that vanish, and that lose their server; and the account of what became of it."""
