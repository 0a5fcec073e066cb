"""Connects and prints what it hears within three seconds: demo_client.py ADDRESS PORT."""

import socket
import sys
import time

deadline = time.monotonic() + 3
while True:
    try:
        with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=1) as connection:
            print(connection.recv(100).decode())
            break
    except ConnectionRefusedError:  # the server is not up yet
        time.sleep(0.05)
    except TimeoutError:
        pass
    if time.monotonic() > deadline:
        print("no answer")
        break
