#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tips: tips.py BUILD. The real main window on a screen of its own, the pointer moved by XTEST, mien-server on loopback."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'lib'))
from servers import DOMAIN, SOURCE, Server  # noqa: E402

FRIENDS = 24
WORDS = {'warm': ('from row to row, portrait in memory', 'p95 ≤ 16.7'), 'swept': ('the same in the middle of frames', ''),
         'cold': ('from row to row, portrait fetched over HTTP', '≤ 50'),
         'first': ('opened anew, the rest of 150 ms included', ''), 'publish': ('publishing begins → painted in a friend\'s row', '≤ 150')}

with Server(sys.argv[1]) as server:
    server.seed(FRIENDS, [('me', FRIENDS)])
    server.start()
    server.start_friends(FRIENDS, FRIENDS)
    folder = server.directory / 'me'
    folder.mkdir()
    out = subprocess.run([SOURCE / 'tests/display/with-display', server.build / 'tests/bench/bench-tips', server.port, server.certificate, DOMAIN, folder,
                          SOURCE / 'data/avatars', '12'], env=os.environ | {'GSETTINGS_SCHEMA_DIR': str(server.build / 'data')},
                         check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout
    print('| what | n | p50, ms | p95, ms | slowest, ms | goal, ms |')
    print('|---|---|---|---|---|---|')
    for line in out.splitlines():
        name, *numbers = line.split('\t')
        if name in WORDS:
            print(f'| {WORDS[name][0]} | {" | ".join(numbers)} | {WORDS[name][1]} |')
