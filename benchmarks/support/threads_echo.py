"""An echo server with a thread a connection: what ten lines of Python do."""

import socket
import sys
import threading


def serve(connection: socket.socket) -> None:
    """Sends back what comes until the peer ends."""
    try:
        while data := connection.recv(65536):
            connection.sendall(data)
    except ConnectionError:
        pass
    connection.close()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
while True:
    accepted, _ = listener.accept()
    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
