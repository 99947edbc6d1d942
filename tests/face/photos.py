#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well faces are found: photos.py MIEN_FACE TABLES PHOTOS-FOLDER.

Found >= 95 %, eye error median <= 0.05 and p90 <= 0.10 of the eye distance, tilt median <= 2 degrees, false faces <= 3 %."""
import csv
import json
import math
import pathlib
import statistics
import subprocess
import sys

program, tables, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
results = []


def check(good, text):
    results.append(f"{'ok' if good else 'not ok'} {len(results) + 1} {text}")


def skip(text):
    results.append(f'ok {len(results) + 1} # SKIP {text}')


def find(row):
    kind, name = row['package'].split(':', 1)
    for path in (folder / name.replace('/', '_') / row['path'], pathlib.Path('/') / row['path']):
        if path.exists() and (kind == 'deb' or path.is_relative_to(folder)):
            return path
    return None


def run(table):
    rows = [(row, find(row)) for row in csv.DictReader(open(tables / table, encoding='utf-8'), delimiter='\t')]
    here = [(row, path) for row, path in rows if path]
    out = subprocess.run([program, *(str(path) for _, path in here)], capture_output=True, text=True)
    lines = {}
    for line in out.stdout.splitlines():
        answer = json.loads(line)
        lines[answer['file']] = answer
    return len(rows), [(row, lines.get(str(path))) for row, path in here]


def angle(lx, ly, rx, ry):
    return math.degrees(math.atan2(ry - ly, rx - lx))


total, photos = run('photos.tsv')
always = [pair for pair in photos if pair[0]['name'].startswith('pd_')]
if always:
    check(all(answer and answer['face'] for _, answer in always), f'the face is found in {len(always)} public domain photos')
else:
    skip('neither python3-skimage nor facedetect is installed')

if len(photos) < total * 0.8:
    skip(f'only {len(photos)} of {total} photos could be had from their packages')
else:
    found = [(row, answer['face']) for row, answer in photos if answer and answer['face']]
    check(len(found) >= 0.95 * len(photos), f'{len(found)} of {len(photos)} faces are found')
    errors, tilts = [], []
    for row, face in found:
        if not row['left_eye_x']:
            continue
        eyes = [float(row[key]) for key in ('left_eye_x', 'left_eye_y', 'right_eye_x', 'right_eye_y')]
        mine = face['left_eye'] + face['right_eye']
        distance = math.dist(eyes[:2], eyes[2:])
        errors.append((math.dist(eyes[:2], mine[:2]) + math.dist(eyes[2:], mine[2:])) / 2 / distance)
        tilts.append(abs((angle(*eyes) - angle(*mine) + 180) % 360 - 180))
    p90 = statistics.quantiles(errors, n=10)[-1]
    check(statistics.median(errors) <= 0.05, f'eye error, median: {statistics.median(errors):.3f} of the eye distance')
    check(p90 <= 0.10, f'eye error, p90: {p90:.3f}')
    check(statistics.median(tilts) <= 2, f'tilt error, median: {statistics.median(tilts):.2f} degrees')

total, pictures = run('without.tsv')
if len(pictures) < total * 0.8:
    skip(f'only {len(pictures)} of {total} pictures without a face could be had')
else:
    false = [row['path'] for row, answer in pictures if answer and answer['face']]
    answered = sum(answer is not None for _, answer in pictures)
    check(answered >= 0.95 * len(pictures), f'{answered} of {len(pictures)} pictures without a face were read')
    check(len(false) <= 0.03 * len(pictures), f'{len(false)} false faces in {len(pictures)} pictures without one {false}')

print(f'1..{len(results)}')
print('\n'.join(results))
sys.exit(any(line.startswith('not ok') for line in results))
