#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Face finding against OpenCV: face.py BUILD. A photo with a face and one without, at three sizes; milliseconds of one
search after decoding, and how far the peak of the memory rose. Every row is measured in one run, one after the other."""
import json
import pathlib
import subprocess
import sys
import tempfile

build = pathlib.Path(sys.argv[1])
options = {o['name']: o['value'] for o in json.loads((build / 'meson-info/intro-buildoptions.json').read_text())}
MODEL, ONNX, RUNS = options['face_model'], options.get('face_onnx') or '', 9
SKIMAGE = '/usr/lib/python3/dist-packages/skimage/data/'

OPENCV = r'''
import statistics, sys, time
import cv2, numpy as np
kind, model, runs, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
def peak(reset):
    if reset: open('/proc/self/clear_refs', 'w').write('5')
    return int(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])
cv2.setNumThreads(1)
picture = cv2.imread(path)
before = peak(True)
if kind == 'haar':
    faces = cv2.CascadeClassifier('/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml')
    eyes = cv2.CascadeClassifier('/usr/share/opencv4/haarcascades/haarcascade_eye.xml')
    def find():
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        found = faces.detectMultiScale(grey, 1.1, 5, minSize=(grey.shape[0] // 8,) * 2)
        for x, y, w, h in found[:1]:
            eyes.detectMultiScale(grey[y:y + h, x:x + w])
        return len(found)
else:
    net = cv2.dnn.readNetFromONNX(model)
    def once(view):
        net.setInput(cv2.resize(view, (128, 128), interpolation=cv2.INTER_AREA)[None, :, :, ::-1].astype(np.float32) / 127.5 - 1)
        out = net.forward(net.getUnconnectedOutLayersNames())
        return max(float(o.max()) for o in out if o.size in (896, 512, 384))
    def find():
        h, w = picture.shape[:2]
        if once(picture) > 0.85:
            once(picture[h // 6:, w // 6:])
            return 1
        for i in range(6):
            once(picture[:h * 6 // 10, :w * 6 // 10])
        return 0
times = []
for _ in range(runs):
    start = time.monotonic()
    n = find()
    times.append((time.monotonic() - start) * 1000)
print(n, f'{statistics.median(times):.2f}', peak(False) - before)
'''


def run(*command):
    out = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    return out.stdout.split() if out.returncode == 0 else None


with tempfile.TemporaryDirectory() as work:
    try:
        from PIL import Image
        photo, plain = (Image.open(SKIMAGE + name).convert('RGB') for name in ('astronaut.png', 'coffee.png'))
    except (ImportError, FileNotFoundError):
        sys.exit('bench face: python3-skimage is not installed')
    print('| picture | size | finder | found | ms | peak memory, KiB | ms ÷ ours |')
    print('|---|---|---|---|---|---|---|')
    for label, source, box in (('a face', photo, (100, 0, 356, 256)), ('no face', plain, (0, 0, 400, 400))):
        for size in (256, 960, 4000):
            path = f'{work}/{size}.ppm'
            source.crop(box).resize((size, size), Image.LANCZOS).save(path)
            rows = [('Mien', run(build / 'tests/bench/bench-face', MODEL, RUNS, path)),
                    ('OpenCV dnn, same weights and number of looks', run('/usr/bin/python3', '-c', OPENCV, 'dnn', ONNX, RUNS, path) if ONNX else None),
                    ('OpenCV Haar cascades, face and eyes', run('/usr/bin/python3', '-c', OPENCV, 'haar', '-', RUNS, path))]
            ours = float(rows[0][1][1])
            for name, row in rows:
                if row:
                    print(f"| {label} | {size} | {name} | {'yes' if row[0] != '0' else 'no'} | {float(row[1]):.1f} | {row[2]} | {float(row[1]) / ours:.2f} |")
