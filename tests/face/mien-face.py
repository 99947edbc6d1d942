#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manners of the command mien-face: one JSON line a photo, errors on standard error, and the others go on."""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

program = os.path.abspath(sys.argv[1])
results = []


def check(good, text):
    results.append(f"{'ok' if good else 'not ok'} {len(results) + 1} {text}")


def png(width, height):
    """A PNG with a pattern that does not compress away."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + bytes((x * x * 31 + y * 77) & 255 for x in range(width * 3)) for y in range(height))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


with tempfile.TemporaryDirectory() as work:
    folder = pathlib.Path(work)
    (folder / 'grey.png').write_bytes(png(70, 40))
    (folder / 'a "name" with 引号.png').write_bytes(png(9, 9))
    (folder / 'not-a-picture.jpg').write_text('no')
    (folder / 'cut.png').write_bytes(png(70, 40)[:900])
    (folder / 'huge.png').write_bytes(png(1, 1).replace(struct.pack('>II', 1, 1), struct.pack('>II', 30000, 30000), 1))
    names = ['not-a-picture.jpg', 'grey.png', 'missing.png', 'cut.png', 'huge.png', 'a "name" with 引号.png']
    run = subprocess.run([program, *names], cwd=work, capture_output=True, text=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    check([line['file'] for line in lines] == ['grey.png', 'a "name" with 引号.png'], f"readable pictures have one line each, in order: {[line['file'] for line in lines]}")
    check(lines and lines[0]['face'] is None and (lines[0]['width'], lines[0]['height']) == (70, 40), 'no face is null, with the size')
    check(all(any(line.startswith(f'mien-face: {name}: ') for line in run.stderr.splitlines())
              for name in ('not-a-picture.jpg', 'missing.png', 'cut.png', 'huge.png')), 'each unreadable file is named on standard error: ' + run.stderr.replace('\n', ' | '))
    check(run.returncode == 1, 'the exit status tells that something could not be read')
    check(subprocess.run([program], capture_output=True).returncode == 2, 'without a photo: usage, exit status 2')
    broken = folder / 'model.tflite'
    broken.write_bytes(b'\0\0\0\0TFL3' + b'\xff' * 64)
    run = subprocess.run([program, '--model', broken, 'grey.png'], cwd=work, capture_output=True, text=True)
    check(run.returncode == 1 and 'not a face finding model' in run.stderr, 'a damaged model is refused in words')

print(f'1..{len(results)}')
print('\n'.join(results))
sys.exit(any(line.startswith('not ok') for line in results))
