"""Servers as others write them: each function is one kind. Usage: servers.py KIND [ARGUMENT].

It listens on a free port of 127.0.0.1, prints that port in a line, and then what the kind prints.
"""
import socket
import sys
import time


def accept(listener, count):
    return [listener.accept()[0] for _ in range(count)]


def order(listener, prepare, greet=None):
    """Text 3, by the letter: two clients, one recv each, and the reply to both."""
    clients = []
    for name in ("X", "Y"):
        client = listener.accept()[0]
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


def main():
    kind, argument = sys.argv[1], sys.argv[2:]
    listener = socket.create_server(("127.0.0.1", 0), backlog=50)
    print(listener.getsockname()[1], flush=True)
    globals()[kind](listener, *argument or [None])
    time.sleep(float("inf") if kind.endswith("stays") else 0)


if __name__ == "__main__":
    main()
