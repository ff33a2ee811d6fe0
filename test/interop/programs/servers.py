"""Servers as others write them: each function is one kind. Usage: servers.py KIND [ARGUMENT].

It listens on a free port of 127.0.0.1, prints that port in a line, and then what the kind prints.
"""
import socket
import sys
import time

# A socket that nothing refers to is closed.
sockets = []


def accept(listener, count):
    for _ in range(count):
        sockets.append(listener.accept()[0])
        print("accepted", flush=True)
    return sockets


def order(listener, prepare, greet=None):
    """Text 3, by the letter: two clients, one recv each, and the reply to both."""
    clients = []
    for name in ("X", "Y"):
        client = accept(listener, 1)[-1]
        if greet:
            client.sendall(greet.format(name).encode())
        clients.append(client)
    first, second = clients
    messages = [prepare(first.recv(1024).decode()), prepare(second.recv(1024).decode())]
    reply = messages[0] + " received before " + messages[1]
    for client in clients:
        client.sendall(reply.encode())
    return clients


def order_concatenates(listener, _):
    """Joins the two messages as they came, and closes."""
    for client in order(listener, lambda message: message):
        client.close()


def order_strips(listener, _):
    """Strips what it receives, ends its line, and leaves closing to the clients."""
    clients = order(listener, lambda message: message.strip().replace("Client ", ""))
    for client in clients:
        client.recv(1)


def order_compares(listener, _):
    """Knows its clients by their whole message."""
    known = {"Client X: Alice": "X: Alice", "Client Y: Bob": "Y: Bob"}
    for client in order(listener, lambda message: known.get(message, "somebody else")):
        client.close()


def order_greets(listener, _):
    """The later version of the text: each client is greeted, without a newline."""
    for client in order(listener, lambda message: message.replace("Client ", ""), greet="Client {} connected"):
        client.close()


def order_reads_lines(listener, _):
    """Waits for a newline."""
    clients = accept(listener, 2)
    lines = [client.makefile().readline().strip() for client in clients]
    for client in clients:
        client.sendall((lines[0] + " received before " + lines[1] + "\n").encode())
        client.close()


def echo_stays(listener, _):
    """Text 5: the client closes the socket when it is done. This one never does."""
    [client] = accept(listener, 1)
    while True:
        data = client.recv(1024)
        if not data:
            break
        client.sendall(data)


def silent_stays(listener, _):
    """Accepts, and says nothing."""
    accept(listener, 1)


def compares(listener, _):
    """Says what it has received, as Python writes it."""
    [client] = accept(listener, 1)
    client.sendall(("got " + repr(client.recv(1024).decode())).encode())
    client.recv(1)
    client.close()


def greets(listener, _):
    """Greets, and answers without newlines."""
    [client] = accept(listener, 1)
    client.sendall(b"Welcome!\n")
    while True:
        data = client.recv(1024)
        if not data:
            break
        client.sendall(data.strip() + b"!")
    client.close()


def no_such_file_stays(listener, _):
    """A server of files that answers a name in words, without a newline."""
    [client] = accept(listener, 1)
    client.recv(1024)
    client.sendall(b"File not found")
    client.recv(1)


def sink_stays(listener, _):
    """Text 2: reads to the end, and does not close."""
    [client] = accept(listener, 1)
    total = 0
    while True:
        data = client.recv(65536)
        if not data:
            break
        total += len(data)
    print(total, flush=True)


def hangs_up_at_eof(listener, _):
    """Takes a half-close for a hang-up, as Twisted and libuv do: what is unsent is lost."""
    [client] = accept(listener, 1)
    client.settimeout(10)
    data = b""
    while not data.endswith(b"\n"):
        data += client.recv(1024)
    time.sleep(0.3)
    client.setblocking(False)
    try:
        if not client.recv(1):
            return
    except BlockingIOError:
        pass
    client.setblocking(True)
    client.sendall(data.upper())
    client.close()


def relay_client_reads_lines(_, port):
    """Not a server: a partner in a relay that reads lines."""
    client = socket.create_connection(("127.0.0.1", int(port)))
    for line in client.makefile():
        print(repr(line), flush=True)


def main():
    kind, argument = sys.argv[1], sys.argv[2:]
    listener = socket.create_server(("127.0.0.1", 0), backlog=50)
    print(listener.getsockname()[1], flush=True)
    globals()[kind](listener, *argument or [None])
    if kind.endswith("stays"):
        time.sleep(60)


if __name__ == "__main__":
    main()
