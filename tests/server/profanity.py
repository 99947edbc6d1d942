#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two Profanity clients, each in a terminal of tmux, chat over mien-server: sign-in with STARTTLS and SCRAM, adding a
friend, sending and receiving, a message for somebody who is away, and a portrait by XEP-0084's in-band way.

A third person talks to one of them with Mien's own client (its modules without windows, "talker").

usage: profanity.py MIEN-SERVER TALKER          prints TAP; skips when Profanity or tmux is not installed
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

DEADLINE = 30  # seconds for each thing that is waited for
DOMAIN = "localhost"


class Failure(Exception):
    pass


def wait_for(what, condition):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise Failure(f"gave up waiting for {what}")


class Server:
    def __init__(self, program, folder):
        self.config = os.path.join(folder, "server.conf")
        with open(self.config, "w") as f:
            f.write(f"[server]\ndata-directory=data\n[im]\ndomain={DOMAIN}\nlisten=127.0.0.1:0\ncomponent-listen=127.0.0.1:0\n")
        for user in ("alice", "bob", "carol"):
            subprocess.run([program, "--config", self.config, "adduser", f"{user}@{DOMAIN}"],
                           input=f"{user}-secret\n", text=True, check=True)
        self.process = subprocess.Popen([program, "--config", self.config], stdout=subprocess.PIPE,
                                        stderr=open(os.path.join(folder, "server.log"), "w"), text=True)
        ready = self.process.stdout.readline().split()
        if not ready or ready[0] != "ready":
            raise Failure("the server did not start")
        self.certificate = os.path.join(folder, "data", "im", "certificate.pem")
        self.port = dict(word.split("=", 1) for word in ready[1:])["im"].rsplit(":", 1)[1]

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=DEADLINE)


class Profanity:
    """One client. What it shows is read from the terminal."""

    def __init__(self, folder, user, port):
        self.user = user
        self.home = os.path.join(folder, user)
        self.socket = os.path.join(folder, f"{user}.tmux")
        config = os.path.join(self.home, "config", "profanity")
        data = os.path.join(self.home, "data", "profanity")
        os.makedirs(config, mode=0o700)
        os.makedirs(data, mode=0o700)
        with open(os.path.join(config, "profrc"), "w") as f:
            f.write("[ui]\nsplash=false\n[logging]\nchlog=false\n[connection]\n[notifications]\nmessage=off\n")
        accounts = os.path.join(data, "accounts")
        with open(accounts, "w") as f:
            f.write(f"[{user}@{DOMAIN}]\nenabled=true\njid={user}@{DOMAIN}\nresource=profanity\nserver=127.0.0.1\n"
                    f"port={port}\ntls.policy=trust\nauth.policy=default\npassword={user}-secret\nmuc.nick={user}\n")
        os.chmod(accounts, 0o600)
        self.start()

    def start(self):
        environment = dict(os.environ, HOME=self.home, XDG_CONFIG_HOME=os.path.join(self.home, "config"),
                           XDG_DATA_HOME=os.path.join(self.home, "data"), TERM="screen", LC_ALL="C.UTF-8")
        environment.pop("TMUX", None)
        subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", "new-session", "-d", "-x", "140", "-y", "50",
                        "profanity"], env=environment, check=True)
        self.see("Profanity")
        self.type(f"/connect {self.user}@{DOMAIN}")
        self.see("logged in successfully")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, *arguments], capture_output=True, text=True, check=False).stdout

    def type(self, line):
        self.tmux("send-keys", "-l", line)
        self.tmux("send-keys", "Enter")

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def see(self, text):
        try:
            wait_for(text, lambda: text in self.screen())
        except Failure as failure:
            raise Failure(f"{self.user}: {failure}; the terminal shows:\n{self.screen()}") from failure

    def quit(self):
        self.type("/quit")
        wait_for("Profanity to end", lambda: subprocess.run(
            ["tmux", "-S", self.socket, "has-session"], capture_output=True, check=False).returncode != 0)

    def kill(self):
        self.tmux("kill-server")


class Talker:
    """Mien's client: lines in, lines out."""

    def __init__(self, program, folder, user, server):
        self.lines = []
        command = [program, f"{user}@{DOMAIN}", server.port, server.certificate, os.path.join(folder, user)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.say(f"{user}-secret")
        self.hear("ready")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def hear(self, line):
        try:
            wait_for(line, lambda: line in self.lines)
        except Failure as failure:
            raise Failure(f"{failure}; Mien said {self.lines}") from failure

    def stop(self):
        self.process.stdin.close()
        return self.process.wait(timeout=DEADLINE)


def png(path):
    """A plain square of 64 x 64 pixels."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x35\x84\xe4" * 64 for _ in range(64))
    data = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    with open(path, "wb") as f:
        f.write(data)


def chat(alice, bob):
    alice.type(f"/msg bob@{DOMAIN} one small step")
    bob.see("chat message: alice@" + DOMAIN)
    bob.type("/win 2")
    bob.see("one small step")
    bob.type("a giant leap")
    alice.see("a giant leap")


def befriend(alice, bob):
    alice.type("/win 1")
    bob.type("/win 1")
    alice.type(f"/sub request bob@{DOMAIN}")
    bob.see("Received authorization request")
    bob.type(f"/sub allow alice@{DOMAIN}")
    alice.see("Subscription received from bob")
    bob.type(f"/sub request alice@{DOMAIN}")
    alice.see("Received authorization request")
    alice.type(f"/sub allow bob@{DOMAIN}")
    bob.see("Subscription received from alice")
    bob.type('/status set away "out for lunch"')
    bob.see("Status set to away")
    wait_for("the status of bob", lambda: alice.type(f"/status get bob@{DOMAIN}") or "out for lunch" in alice.screen())


def away(alice, bob):
    bob.quit()
    alice.type("/win 1")
    alice.type(f"/msg bob@{DOMAIN} for when you are back")
    alice.see("for when you are back")
    bob.start()
    bob.see("chat message: alice@" + DOMAIN)
    bob.type("/win 2")
    bob.see("for when you are back")


def portrait(alice, bob, folder):
    """Debian's Profanity reads XEP-0084 and, since 0.13, writes it."""
    path = os.path.join(folder, "square.png")
    png(path)
    bob.type("/win 1")
    bob.type(f"/avatar set {path}")
    bob.see("Avatar updated successfully")
    alice.type("/win 1")
    alice.type(f"/avatar get bob@{DOMAIN}")
    alice.see("Avatar saved as")


def with_mien(talker, bob, folder, server):
    """Mien and Profanity: both ways, receipts, friendship, and the portrait that Mien publishes."""
    carol = Talker(talker, folder, "carol", server)
    try:
        bob.type("/receipts send on")
        carol.say(f"send bob@{DOMAIN} Nice hat 🎩")
        bob.see("chat message: carol@" + DOMAIN)
        carol.hear("delivered")
        bob.type("/close all")
        bob.type(f"/msg carol@{DOMAIN} made with Mien?")
        carol.hear(f"message bob@{DOMAIN} made with Mien?")
        carol.say(f"send bob@{DOMAIN} of course")
        bob.see("of course")
        bob.type("/win 1")
        bob.type(f"/sub request carol@{DOMAIN}")
        bob.see("Subscription received from carol")
        bob.type(f"/sub allow carol@{DOMAIN}")
        carol.hear(f"friend bob@{DOMAIN}")
        carol.say("publish")
        carol.hear("published")
        bob.type("/clear")
        bob.type(f"/avatar get carol@{DOMAIN}")
        bob.see("Avatar saved as")
    finally:
        ended = carol.stop()
    if ended != 0:
        raise Failure(f"Mien's client ended with {ended}")


def main():
    program, talker = map(os.path.abspath, sys.argv[1:3])
    if shutil.which("profanity") is None or shutil.which("tmux") is None:
        print("1..0 # SKIP Profanity or tmux is not installed")
        return 0
    steps = [("chat", lambda a, b, f: chat(a, b)), ("befriend", lambda a, b, f: befriend(a, b)),
             ("away", lambda a, b, f: away(a, b)), ("portrait", portrait),
             ("Mien", lambda a, b, f: with_mien(talker, b, f, server))]
    print(f"1..{len(steps) + 1}")
    clients = []
    status = 0
    with tempfile.TemporaryDirectory(prefix="mien-profanity-") as folder:
        server = Server(program, folder)
        try:
            for user in ("alice", "bob"):
                clients.append(Profanity(folder, user, server.port))
            for number, (name, step) in enumerate(steps, 1):
                step(*clients, folder)
                print(f"ok {number} {name}", flush=True)
        except Failure as failure:
            for line in str(failure).splitlines():
                print(f"# {line}")
            print("Bail out!")
            with open(os.path.join(folder, "server.log")) as f:
                print("".join(f"# {line}" for line in f.readlines()[-20:]))
            status = 1
        finally:
            for client in clients:
                client.kill()
            ended = server.stop()
        if status == 0:
            print(f"{'ok' if ended == 0 else 'not ok'} {len(steps) + 1} the server stops in order")
    return status or ended


if __name__ == "__main__":
    sys.exit(main())
