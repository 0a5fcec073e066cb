"""Greets whoever connects to one of its ports: demo_server.py ADDRESS PORT..."""

import selectors
import socket
import sys

selector = selectors.DefaultSelector()
for port in sys.argv[2:]:
    listener = socket.create_server((sys.argv[1], int(port)))
    selector.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        connection, peer = key.fileobj.accept()
        connection.sendall(f"hello {peer[0]}, this is port {key.fileobj.getsockname()[1]}".encode())
        connection.close()
