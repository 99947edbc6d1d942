#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mien-server as one process, and clients that mean harm or come at a bad time: a stop while the avatars are still being
looked at, stanzas of ten megabytes before and after sign-in, a flood, a full disk. Another user is served all the while, and the
server's memory stays bounded.

usage: hostile.py MIEN-SERVER PACK [--sanitized]          prints TAP
"""

import base64
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

DEADLINE = 30  # seconds for each thing that is waited for
DOMAIN = "example.org"
MEGABYTE = 1024 * 1024
MAX_GROWTH = (256 if "--sanitized" in sys.argv else 16) * MEGABYTE  # a sanitizer keeps what is freed


class Failure(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failure(text)


class Server:
    def __init__(self, program, pack, folder):
        self.config = os.path.join(folder, "server.conf")
        self.log = os.path.join(folder, "server.log")
        with open(self.config, "w") as f:
            f.write(f"[server]\ndata-directory=data\n[im]\ndomain={DOMAIN}\nlisten=127.0.0.1:0\ncomponent-listen=off\n"
                    f"[http]\nlisten=127.0.0.1:0\n[avatar]\npack-directory={pack}\n")
        if not os.path.exists(os.path.join(folder, "data", "im", "im.sqlite")):
            for user in ("alice", "bob"):
                subprocess.run([program, "--config", self.config, "adduser", f"{user}@{DOMAIN}"],
                               input=f"{user}-secret\n", text=True, check=True, stdout=subprocess.DEVNULL)
        start = time.monotonic()
        self.process = subprocess.Popen([program, "--config", self.config], stdout=subprocess.PIPE, stderr=open(self.log, "a"),
                                        text=True)
        ready = self.process.stdout.readline().split()
        self.seconds = time.monotonic() - start
        if not ready or ready[0] != "ready":
            with open(self.log) as f:
                raise Failure("the server did not start: " + f.read()[-500:].replace("\n", " "))
        bound = dict(word.split("=", 1) for word in ready[1:])
        self.port = int(bound["im"].rsplit(":", 1)[1])
        self.http = bound["http"]

    def peak(self):
        """The most memory it has had, in bytes."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) * 1024

    def logged(self, text):
        with open(self.log) as f:
            return text in f.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=DEADLINE)


class Client:
    """An XMPP client that sends what it is told to."""

    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE)
        self.buffer = ""

    def send(self, text):
        self.socket.sendall(text.encode())

    def wait(self, pattern):
        while not re.search(pattern, self.buffer):
            data = self.socket.recv(65536)
            if not data:
                raise Failure(f"the server closed before it said {pattern}; it said {self.buffer[-300:]!r}")
            self.buffer += data.decode()
        answer = re.search(pattern, self.buffer)
        self.buffer = self.buffer[answer.end():]
        return answer

    def open(self):
        self.send(f"<stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
        self.wait("</stream:features>|<stream:features/>")

    def start_tls(self):
        self.open()
        self.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        self.wait("<proceed[^>]*>")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)
        self.open()
        return self

    def sign_in(self, user):
        self.start_tls()
        plain = base64.b64encode(f"\0{user}\0{user}-secret".encode()).decode()
        self.send(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>")
        self.wait("<success[^>]*>")
        self.open()
        self.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        self.wait("<jid>[^<]*</jid></bind></iq>")
        return self

    def ping(self):
        self.send(f"<iq type='get' id='ping' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>")
        self.wait("<iq[^>]*id='ping'[^>]*>")

    def flood(self, chunk, n):
        """Sends until the server ends the stream; how much it took, and its last words."""
        sent = 0
        try:
            for _ in range(n):
                self.socket.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
        words = self.buffer
        try:
            while True:
                data = self.socket.recv(65536)
                if not data:
                    break
                words += data.decode()
        except OSError:
            pass
        self.socket.close()
        return sent, words


def test_stop_while_looking(server):
    """The first look at the pack takes seconds; the server is ready before it ends, and stops when told to."""
    check(not server.logged("Avatars from"), "the server was ready only after it had looked at all avatars")
    start = time.monotonic()
    check(server.stop() == 0, "the server did not end in order")
    check(time.monotonic() - start < 5, "the server took long to stop")


def test_sign_in_while_looking(server):
    check(not server.logged("Avatars from"), "the look at the avatars was over too soon for this test")
    Client(server).sign_in("bob").ping()
    with urllib.request.urlopen(server.http + "/avatars/catalogue.json", timeout=DEADLINE) as answer:
        check(answer.status == 200 and b'"sha256"' in answer.read(), "no catalogue")


def test_known_pack(server):
    """After a restart the known pack is there at once: nothing is drawn again."""
    start = time.monotonic()
    with urllib.request.urlopen(server.http + "/avatars/catalogue.json", timeout=DEADLINE) as answer:
        check(answer.status == 200, "no catalogue")
    check(time.monotonic() - start < 1, "the known pack was looked at again")


def test_large_stanzas(server):
    bob = Client(server).sign_in("bob")
    before = server.peak()
    chunk = b"x" * 65536
    for stage in ("plain", "tls", "signed in", "attributes", "deep"):
        for _ in range(4):
            client = Client(server)
            if stage == "plain":
                client.open()
            elif stage == "tls":
                client.start_tls()
            else:
                client.sign_in("alice")
            piece, n = chunk, 10 * MEGABYTE // len(chunk)
            if stage == "attributes":
                client.send("<message to='bob@example.org' ")
                piece = b"".join(b"a%d='x' " % i for i in range(8000))
            elif stage == "deep":
                client.send("<message to='bob@example.org'>")
                piece = b"<a>" * 20000
            else:
                client.send("<message to='bob@example.org'><body>")
            sent, words = client.flood(piece, n)
            check(sent < 10 * MEGABYTE or "</stream:stream>" in words, f"{stage}: ten megabytes were taken")
            check(words == "" or "<stream:error>" in words, f"{stage}: the last words were {words[-200:]!r}")
            start = time.monotonic()
            bob.ping()
            check(time.monotonic() - start < 2, f"{stage}: another user had to wait")
    grown = server.peak() - before
    print(f"# {grown // 1024} KiB more memory after twenty attempts of ten megabytes")
    check(grown < MAX_GROWTH, f"the server's memory grew by {grown} bytes")


def test_flood(server):
    """A signed-in client that never stops is slowed down, not thrown out; another user does not notice."""
    bob = Client(server).sign_in("bob")
    alice = Client(server).sign_in("alice")
    alice.socket.settimeout(0.5)
    before = server.peak()
    sent, slowest, end = 0, 0.0, time.monotonic() + 3
    while time.monotonic() < end:
        try:
            alice.socket.sendall(b"<presence type='unavailable' to='bob@example.org'/>" * 100)
            sent += 100
        except (TimeoutError, ssl.SSLError):
            break
        start = time.monotonic()
        bob.ping()
        slowest = max(slowest, time.monotonic() - start)
    print(f"# {sent} stanzas were taken; the other user waited {slowest * 1000:.0f} ms at most")
    check(server.process.poll() is None, "the server died")
    check(slowest < 2, "another user had to wait")
    check(sent < 300000, "the flood was not slowed down")
    check(server.peak() - before < MAX_GROWTH, "the flood is kept in memory")


def main():
    program, pack = sys.argv[1:3]
    tests = [test_stop_while_looking, test_sign_in_while_looking, test_known_pack, test_large_stanzas, test_flood]
    print(f"1..{len(tests)}")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        server = None
        for number, test in enumerate(tests, 1):
            try:
                if server is None or server.process.poll() is not None or test is test_known_pack:
                    if server is not None:
                        server.stop()
                    server = Server(program, pack, folder)
                    open(server.log, "a").close()
                test(server)
                print(f"ok {number} {test.__name__}")
            except (Failure, OSError, subprocess.SubprocessError) as error:
                failed = True
                print(f"# {error}\nnot ok {number} {test.__name__}")
            sys.stdout.flush()
        if server is not None and server.stop() != 0:
            print("# the server did not end in order")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
