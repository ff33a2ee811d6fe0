"""A server that answers each line with it in upper case, with a thread a connection.

The second argument says how: "line" reads a line and writes a line, as one does with makefile(); "read" answers
all lines of a read in one write.
"""

import socket
import sys
import threading


def upper(line: bytes) -> bytes:
    """Changes characters and not bytes, so that it is right for every language."""
    return line.decode().upper().encode()


def by_line(connection: socket.socket) -> None:
    """Reads a line and writes a line."""
    for line in connection.makefile("rb"):
        connection.sendall(upper(line))


def by_read(connection: socket.socket) -> None:
    """Answers the lines of one read in one write."""
    rest = b""
    while data := connection.recv(65536):
        *lines, rest = (rest + data).split(b"\n")
        if lines:
            connection.sendall(b"".join(upper(line) + b"\n" for line in lines))


def serve(connection: socket.socket) -> None:
    """Serves until the peer is gone."""
    try:
        (by_read if sys.argv[2] == "read" else by_line)(connection)
    except ConnectionError:
        pass
    connection.close()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
while True:
    accepted, _ = listener.accept()
    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
