#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The portrait server: server-portrait.py BUILD. GET and conditional GET of a portrait against nginx serving the same file, both on
loopback, one after the other; then slot and PUT of a new picture of 100 kB, with the data on disk before the answer."""
import pathlib
import re
import signal
import socket
import subprocess
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'lib'))
from servers import DOMAIN, Server  # noqa: E402

SECONDS = 2


def wrk(url, connections, header=None):
    out = subprocess.run(['wrk', '-t1', f'-c{connections}', f'-d{SECONDS}s', '--latency'] + (['-H', header] if header else []) + [url],
                         check=True, capture_output=True, text=True).stdout
    unit = {'us': 0.001, 'ms': 1, 's': 1000}
    latency = {m[1]: float(m[2]) * unit[m[3]] for m in re.finditer(r'^\s+(50|99)%\s+([\d.]+)(us|ms|s)$', out, re.M)}
    refused = re.search(r'Non-2xx or 3xx responses: (\d+)', out)
    if refused:
        sys.exit(f'{url}: {refused[0]}')
    return float(re.search(r'Requests/sec:\s+([\d.]+)', out)[1]), latency['50'], latency['99']


def start_nginx(directory, root):
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    config = directory / 'nginx.conf'
    config.write_text(f'''daemon off; master_process off; pid {directory}/nginx.pid; error_log {directory}/nginx.log; user root;
events {{ worker_connections 512; }}
http {{ types {{ image/png png; }} sendfile on; tcp_nopush on; keepalive_requests 1000000; access_log off; etag on;
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/f; uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
  server {{ listen 127.0.0.1:{port}; root {root}; add_header Cache-Control "public, max-age=31536000, immutable"; }} }}
''')
    process = subprocess.Popen(['/usr/sbin/nginx', '-c', config], stderr=subprocess.DEVNULL)
    for _ in range(1000):
        try:
            socket.create_connection(('127.0.0.1', port)).close()
            return process, f'http://127.0.0.1:{port}'
        except OSError:
            process.poll()
    sys.exit('nginx does not start: ' + (directory / 'nginx.log').read_text())


def upload(server, count, at_once, side):
    out = subprocess.run([server.build / 'tests/bench/bench-upload', server.port, server.certificate, DOMAIN, f'portrait.{DOMAIN}', str(count), str(at_once), str(side)],
                         check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return [float(word) for word in out]


def fetch(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read(), answer.headers['ETag']


with Server(sys.argv[1]) as server:
    server.seed(100)
    server.start()
    print('| slot + PUT | at once | p50, ms | p95, ms | a second |')
    print('|---|---|---|---|---|')
    for at_once in (1, 8):
        p50, p95, rate, size = upload(server, 100, at_once, 346)
        print(f'| {size / 1000:.0f} kB | {at_once} | {p50:.1f} | {p95:.1f} | {rate:.0f} |')

    # A portrait that is there now, wherever the server keeps it.
    files = sorted((server.directory / 'server/portrait').rglob('*'), key=lambda f: f.stat().st_size if f.is_file() else 0)
    portrait = next(f for f in reversed(files) if re.search(r'[0-9a-f]{40,}', f.name))
    digest = re.sub(r'[^0-9a-f]', '', str(portrait.relative_to(server.directory / 'server/portrait')).rsplit('.', 1)[0].split('portraits')[-1])[-64:]
    url = f'{server.http}/p/{digest}.png'
    body, etag = fetch(url)
    root = server.directory / 'nginx'
    (root / 'p').mkdir(parents=True)
    (root / 'p' / f'{digest}.png').write_bytes(body)
    nginx, base = start_nginx(server.directory, root)
    try:
        other = f'{base}/p/{digest}.png'
        _, other_etag = fetch(other)
        print(f'\nGET of {len(body) / 1000:.0f} kB, wrk on one thread, {SECONDS} s each; nginx as one process.\n')
        print('| request | connections | server | a second | p50, ms | p99, ms | of nginx\'s rate |')
        print('|---|---|---|---|---|---|---|')
        for connections in (1, 16):
            for request, ours, theirs in (('GET', None, None), ('304', f'If-None-Match: {etag}', f'If-None-Match: {other_etag}')):
                mien, reference = wrk(url, connections, ours), wrk(other, connections, theirs)
                for name, row in (('mien-server', mien), ('nginx', reference)):
                    share = f'**{row[0] / reference[0]:.2f}**' if name != 'nginx' else ''
                    print(f'| {request} | {connections} | {name} | {row[0]:.0f} | {row[1]:.2f} | {row[2]:.2f} | {share} |')
    finally:
        nginx.send_signal(signal.SIGTERM)
        nginx.wait()
