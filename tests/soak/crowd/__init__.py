"""Parts for a crowd of clients: HTTP connections that can break at any point, MCP sessions, and a bridge."""
