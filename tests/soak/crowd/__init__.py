"""What a crowd of clients needs: HTTP that can be left at any point, MCP sessions on it, and a bridge to talk to."""
