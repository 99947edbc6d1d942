// SPDX-License-Identifier: LGPL-2.1-or-later
// node compare-wasm.mjs FACEFIND.wasm FACEFIND_EYES MODEL PICTURE...
// The WebAssembly build finds the same eyes as the native one, within 0.2 % of the eye distance, and needs no imports.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [wasm, native, modelPath, ...candidates] = process.argv.slice(2);
const pictures = candidates.filter(existsSync);
const module = new WebAssembly.Module(readFileSync(wasm));
const results = [];
const check = (good, text) => results.push(`${good ? 'ok' : 'not ok'} ${results.length + 1} ${text}`);

check(WebAssembly.Module.imports(module).length === 0, 'the module has no imports');
const facefind = new WebAssembly.Instance(module).exports;
facefind._initialize?.();

const put = (bytes) => {
  const at = facefind.allocate(bytes.length);
  new Uint8Array(facefind.memory.buffer).set(bytes, at);
  return at;
};
const modelBytes = readFileSync(modelPath);
const model = facefind.model_new(put(modelBytes), modelBytes.length);
const workspace = facefind.allocate(facefind.workspace_size(model));
const faces = facefind.allocate(72);
check(facefind.model_new(put(modelBytes.subarray(0, 5000)), 5000) === 0, 'half a model is refused');

const folder = mkdtempSync(join(tmpdir(), 'facefind-'));
for (const [index, picture] of pictures.entries()) {
  const ppm = join(folder, `${index}.ppm`);
  execFileSync('/usr/bin/python3', ['-c',
    'import sys; from PIL import Image; Image.open(sys.argv[1]).convert("RGB").save(sys.argv[2])', picture, ppm]);
  const bytes = readFileSync(ppm);
  const [, header, width, height] = /^(P6\s+(\d+)\s+(\d+)\s+\d+\s)/.exec(bytes.subarray(0, 40).toString('latin1'));
  const rgb = bytes.subarray(header.length);
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
  const pixels = put(rgba);
  const n = facefind.find(model, pixels, +width, +height, workspace, faces, 1);
  const mine = [...new Float32Array(facefind.memory.buffer, faces + 16, 4)];
  facefind.release(pixels);
  const theirs = execFileSync(native, [modelPath, ppm]).toString().trim().split(' ').map(Number);
  const distance = Math.hypot(theirs[2] - theirs[0], theirs[3] - theirs[1]);
  const worst = Math.max(...theirs.map((v, i) => Math.abs(v - mine[i]))) / distance;
  check(n === 1 && worst <= 0.002, `${picture.split('/').pop()}: eyes differ by ${(worst * 100).toFixed(4)} % of their distance`);
}
rmSync(folder, { recursive: true });
if (pictures.length === 0) results.push(`ok ${results.length + 1} # SKIP no picture with a face is installed`);
console.log(`1..${results.length}\n${results.join('\n')}`);
process.exit(results.some((line) => line.startsWith('not ok')) ? 1 : 0);
