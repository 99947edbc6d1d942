#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same weights through OpenCV's dnn module must give the same numbers as this engine.

compare-opencv.py FACEFIND_RAW MODEL.tflite MODEL.onnx [--write REFERENCE]

Exit code 77 (skipped) where OpenCV or the ONNX file is missing. --write stores every 16th of OpenCV's numbers for the
pattern below, for machines without OpenCV (test-network.c reads them)."""
import subprocess
import sys

if len(sys.argv) < 4 or not sys.argv[3]:
    print('no ONNX file given')
    sys.exit(77)
try:
    import cv2
    import numpy as np
except ImportError:
    print('OpenCV is not installed')
    sys.exit(77)

raw, model, onnx = sys.argv[1:4]


def pattern():
    y, x, c = np.mgrid[0:128, 0:128, 0:3]
    return ((x * 7 + y * 13 + c * 50 + (x * y) // 16) & 255).astype(np.uint8)


def opencv(picture):
    net = cv2.dnn.readNetFromONNX(onnx)
    net.setInput(picture[None].astype(np.float32) / 127.5 - 1)
    outputs = net.forward(net.getUnconnectedOutLayersNames())
    if len(outputs) == 2:
        scores = next(out for out in outputs if out.size == 896).reshape(896)
        values = next(out for out in outputs if out.size == 896 * 16).reshape(896 * 16)
        return np.concatenate([scores, values])
    big = sorted(outputs, key=lambda out: out.size)
    scores = [out.reshape(-1) for out in big if out.size in (512, 384)]
    values = [out.reshape(-1) for out in big if out.size in (512 * 16, 384 * 16)]
    scores.sort(key=lambda v: -v.size)
    values.sort(key=lambda v: -v.size)
    return np.concatenate(scores + values)


def ours(picture):
    out = subprocess.run([raw, model], input=picture.tobytes(), capture_output=True, check=True).stdout
    return np.array(out.split(), dtype=np.float64)


pictures = {'pattern': pattern()}
rng = np.random.default_rng(1)
pictures['noise'] = rng.integers(0, 256, (128, 128, 3), dtype=np.uint8)
pictures['blurred noise'] = cv2.GaussianBlur(pictures['noise'], (0, 0), 6)
print(f'1..{len(pictures)}')
bad = 0
for number, (name, picture) in enumerate(pictures.items(), 1):
    theirs, mine = opencv(picture), ours(picture)
    worst = float(np.max(np.abs(theirs - mine) / np.maximum(1, np.abs(theirs))))
    good = mine.size == 896 * 17 and worst < 2e-4
    bad += not good
    print(f"{'ok' if good else 'not ok'} {number} {name}: largest difference {worst:.2g}")
if '--write' in sys.argv:
    np.savetxt(sys.argv[sys.argv.index('--write') + 1], opencv(pattern())[::16], fmt='%.7g',
               header='OpenCV dnn on the pattern of compare-opencv.py: every 16th of 896 scores and 896 x 16 values')
sys.exit(bool(bad))
