#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot of the finished portrait and its file formats: export.py BUILD. 960×960; cairo's own PNG writer beside ours."""
import pathlib
import subprocess
import sys

build = pathlib.Path(sys.argv[1])
pack = pathlib.Path(__file__).resolve().parent.parent.parent / 'data/avatars'
out = subprocess.run([build / 'tests/bench/bench-compose', 'export', pack, '5'], check=True, capture_output=True, text=True).stdout
rows = [line.split('\t') for line in out.splitlines()]
png = next(float(ms) for name, size, ms, length in rows if name == 'PNG by cairo')
print('| step | ms | bytes | ÷ PNG by cairo |')
print('|---|---|---|---|')
for name, size, ms, length in rows:
    print(f'| {name} | {float(ms):.1f} | {int(length) or "":} | {float(ms) / png:.2f} |')
