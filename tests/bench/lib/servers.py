# SPDX-License-Identifier: GPL-3.0-or-later
"""mien-server with all its roles on loopback, with accounts and friendships written straight into its database, and friends
that are really signed in."""
import hashlib
import hmac
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent.parent
DOMAIN = 'localhost'
PASSWORD = 'bench'
ITERATIONS = 4096       # the least that RFC 7677 allows: the friends' sign-in is not what is measured


def scram_keys():
    salt = os.urandom(16)
    keys = [ITERATIONS, salt]
    for name in ('sha256', 'sha1'):
        salted = hashlib.pbkdf2_hmac(name, PASSWORD.encode(), salt, ITERATIONS)
        keys.append(hashlib.new(name, hmac.new(salted, b'Client Key', name).digest()).digest())
        keys.append(hmac.new(salted, b'Server Key', name).digest())
    return keys


class Server:
    def __init__(self, build):
        self.build = pathlib.Path(build)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix='mien-bench.'))
        self.config = self.directory / 'mien-server.conf'
        self.config.write_text(f'''[server]
data-directory=server
[im]
domain={DOMAIN}
listen=127.0.0.1:0
component-listen=127.0.0.1:0
[http]
listen=127.0.0.1:0
[avatar]
pack-directory={SOURCE}/data/avatars
[portrait]
component-domain=portrait.{DOMAIN}
''')
        self.process = self.friends = None
        self.password_file = self.directory / 'password'
        self.password_file.touch(0o600)
        self.password_file.write_text(PASSWORD + '\n')
        # Once by the program itself, so that the database is there.
        subprocess.run([self.program, 'adduser', f'first@{DOMAIN}', '--config', self.config], input=PASSWORD + '\n',
                       text=True, check=True, capture_output=True)

    @property
    def program(self):
        return self.build / 'src/server/mien-server'

    @property
    def database(self):
        return self.directory / 'server/im/im.sqlite'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end_friends()
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def seed(self, friends, owners=()):
        """Accounts friend0 ..., and for each (name, n) of owners an account with the first n of them as friends, both ways."""
        keys = scram_keys()
        rows, accounts = [], []
        for name, n in owners:
            accounts.append((f'{name}@{DOMAIN}', n))
            rows += [(f'{name}@{DOMAIN}', f'friend{i}@{DOMAIN}', f'Friend {i:05}', i + 1) for i in range(n)]
            rows += [(f'friend{i}@{DOMAIN}', f'{name}@{DOMAIN}', name, 1) for i in range(n)]
        accounts += [(f'friend{i}@{DOMAIN}', len(owners)) for i in range(friends)]
        with sqlite3.connect(self.database) as db:
            db.executemany('INSERT INTO account (jid, created, iterations, salt, stored_sha256, server_sha256, stored_sha1, server_sha1, roster_version)'
                           ' VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?)', [(jid, *keys, version) for jid, version in accounts])
            db.executemany('INSERT INTO roster (account, jid, name, bits, listed, version) VALUES (?, ?, ?, 3, 1, ?)', rows)
        db.close()

    def start(self):
        read, write = os.pipe()
        self.log = open(self.directory / 'server.log', 'w')
        self.process = subprocess.Popen([self.program, '--config', self.config, '--ready-fd', str(write)], pass_fds=[write],
                                        stderr=self.log, stdout=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as ready:
            words = ready.readline().split()
        if not words or words[0] != 'ready':
            raise SystemExit((self.directory / 'server.log').read_text())
        bound = dict(word.split('=', 1) for word in words[1:])
        self.port = bound['im'].rsplit(':', 1)[1]
        self.http = bound['http']
        self.certificate = self.directory / 'server/im/certificate.pem'

    def start_friends(self, count, pictures, side=155):
        """Signs them in and has their portraits published; returns (seconds, bytes of a portrait)."""
        self.friends = subprocess.Popen([self.build / 'tests/bench/bench-friends', self.port, self.certificate, DOMAIN, str(count), str(pictures), str(side)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        words = self.friends.stdout.readline().split()
        if not words:
            raise SystemExit('bench-friends failed: ' + (self.directory / 'server.log').read_text()[-2000:])
        while pictures and self.waiting_forwards():
            time.sleep(0.1)
        return float(words[2]) / 1000, int(words[3])

    def waiting_forwards(self):
        db = sqlite3.connect(f'file:{self.database}?mode=ro', uri=True)
        try:
            return db.execute('SELECT count(*) FROM forward').fetchone()[0]
        finally:
            db.close()

    def end_friends(self):
        if self.friends:
            self.friends.stdin.close()
            self.friends.wait()
            self.friends = None
