#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting the client: start.py BUILD. 1,000 friends (MIEN_BENCH_FRIENDS=1000,5000: both), all of them real sessions on mien-server, with 200 different portraits of
20 kB. Times from the start of the process to the painted frame that shows it; "cold" has an empty data folder, "warm" that of the run
before."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'lib'))
from servers import DOMAIN, SOURCE, Server  # noqa: E402

PICTURES = 200
QUIET = 1.2             # seconds without any processor time: it is at rest
LIMIT = 20
LINE = re.compile(r'timing (\d+) friends=(\d+) online=(\d+) portraits=(\d+)/(\d+)')
TICK = os.sysconf('SC_CLK_TCK')


def cpu_seconds(pid):
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory(pid, name):
    status = pathlib.Path(f'/proc/{pid}/status').read_text()
    return int(re.search(rf'{name}:\s+(\d+)', status)[1]) / 1024


def run_client(server, account, friends, data):
    command = [server.build / 'src/ui/mien', '--account', f'{account}@{DOMAIN}', '--data-dir', data, '--host', '127.0.0.1', '--port', server.port,
               '--tls', 'starttls', '--password-file', server.password_file, '--ca-file', server.certificate]
    environment = os.environ | {'MIEN_DEBUG': 'timing', 'GSETTINGS_SCHEMA_DIR': str(server.build / 'data'), 'MIEN_AVATAR_DIR': str(SOURCE / 'data/avatars')}
    lines, other = [], []
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)

    def read():
        for line in process.stderr:
            match = LINE.match(line)
            if match:
                lines.append((int(match[1]) / 1e6 - start, *(int(match[i]) for i in range(2, 6))))
            else:
                other.append(line)
    reader = threading.Thread(target=read)
    reader.start()

    used, since = -1, time.monotonic()
    while process.poll() is None and time.monotonic() - start < LIMIT:
        now = cpu_seconds(process.pid)
        if now - used >= 0.02:
            used, since = now, time.monotonic()
        elif time.monotonic() - since > QUIET and time.monotonic() - start > 3:
            break
        time.sleep(0.05)
    if process.poll() is not None:
        sys.exit('mien ended by itself:\n' + ''.join(other[-20:]))
    result = {'cpu': cpu_seconds(process.pid), 'rss': memory(process.pid, 'VmRSS'), 'peak': memory(process.pid, 'VmHWM'), 'quiet': since - start}
    process.send_signal(signal.SIGTERM)
    process.wait()
    reader.join()
    if os.environ.get('MIEN_BENCH_VERBOSE'):
        sys.stderr.write(''.join(other))

    def first(condition):
        return next((line[0] for line in lines if condition(line)), None)
    result['window'] = first(lambda line: True)
    result['names'] = first(lambda line: line[1] >= friends)
    result['online'] = first(lambda line: line[2] >= friends)
    result['pictures'] = None
    for line in reversed(lines):
        if line[2] < friends or line[3] < line[4] or line[4] == 0:
            break
        result['pictures'] = line[0]
    result['rows'] = lines[-1][3:5] if lines else None
    return result


def number(value, digits=2):
    return '–' if value is None else f'{value:.{digits}f}'


def main(build):
    sizes = [int(n) for n in os.environ.get('MIEN_BENCH_FRIENDS', '1000').split(',')]
    with Server(build) as server:
        server.seed(max(sizes), [(f'me{n}', n) for n in sizes])
        server.start()
        seconds, length = server.start_friends(max(sizes), PICTURES)
        print(f'{max(sizes)} friends signed in and published their portraits ({PICTURES} different ones of {length / 1000:.0f} kB) in {seconds:.0f} s.\n')
        print('| friends | data | first window, s | names, s | all presences, s | portraits in sight, s | processor until quiet, s | RSS, MiB | peak, MiB | rows with portraits |')
        print('|---|---|---|---|---|---|---|---|---|---|')
        for friends in sizes:
            data = server.directory / f'client{friends}'
            for kind in ('cold', 'warm', 'warm'):
                r = run_client(server, f'me{friends}', friends, data)
                print(f'| {friends} | {kind} | {number(r["window"])} | {number(r["names"])} | {number(r["online"])} | {number(r["pictures"])} '
                      f'| {number(r["cpu"])} | {r["rss"]:.0f} | {r["peak"]:.0f} | {"/".join(map(str, r["rows"] or ()))} |', flush=True)
            shutil.rmtree(data, ignore_errors=True)


if os.environ.get('MIEN_TEST_DISPLAY'):
    main(sys.argv[1])
else:
    os.execv(SOURCE / 'tests/display/with-display', ['with-display', sys.executable, os.path.abspath(__file__), sys.argv[1]])
