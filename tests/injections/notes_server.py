"""An MCP server whose one tool gives what others wrote; NOTES and DESCRIBED are files with it and with what it is for."""

import os
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations

server = MCPServer("crm")
described = Path(os.environ["DESCRIBED"]).read_text("utf-8")


@server.tool(name="notes", description=described, annotations=ToolAnnotations(read_only_hint=True))
def notes() -> str:
    """Give the notes."""
    return Path(os.environ["NOTES"]).read_text("utf-8")


if __name__ == "__main__":
    server.run("stdio")
