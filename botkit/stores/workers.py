"""Workers: the processes that have a store open, as the rows that they hold call them."""

import os
import secrets
import socket


def name_worker() -> str:
    """Give a name that no other process has, nor one after a restart: host, process, and a random part."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
