#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live adjusting: frame.py BUILD. A headshot and five tilted layers of 512×512; one layer is moved. Offscreen by the same
calls as the display window makes, and on a screen by the display window itself."""
import os
import pathlib
import subprocess
import sys

build = pathlib.Path(sys.argv[1])
source = pathlib.Path(__file__).resolve().parent.parent.parent
pack = source / 'data/avatars'


def rows(*command):
    out = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    return [line.split('\t') for line in out.stdout.splitlines()]


print('"Whole": the whole picture redrawn by cairo, BILINEAR, with each layer cut to its opaque pixels; "as they are": with layers of')
print('512×512. "Blended": the rectangle of the active layer blended once, untransformed.\n')
print('| active layer | picture | where | its rectangle | adjusting, ms | whole, ms | whole ÷ adjusting | as they are ÷ adjusting | adjusting ÷ blended |')
print('|---|---|---|---|---|---|---|---|---|')
for name, size, live, whole, cut, floor, box in rows(build / 'tests/bench/bench-compose', 'frame', pack, 16):
    live, whole, cut, floor = float(live), float(whole), float(cut), float(floor)
    print(f'| {name} | {size} px | offscreen | {box.replace("x", "×")} | {live:.2f} | {cut:.1f} | **{cut / live:.1f}** | {whole / live:.0f} | {live / floor:.0f} |')
if os.access(build / 'tests/bench/bench-display', os.X_OK):
    for name, size, live, cut in rows(source / 'tests/display/with-display', build / 'tests/bench/bench-display', pack, 16):
        print(f'| {name} | {size} px | on screen | | {float(live):.2f} | {float(cut):.1f} | **{float(cut) / float(live):.1f}** | | |')
