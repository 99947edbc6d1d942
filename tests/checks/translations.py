#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file with marked text is in POTFILES.in, every file there exists, and each language of LINGUAS is complete:
no text missing, none fuzzy, and the same placeholders (msgfmt --check)."""
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1])
problems = []

listed = [line.strip() for line in (root / 'po/POTFILES.in').read_text().splitlines()
          if line.strip() and not line.startswith('#')]
for name in listed:
    if not (root / name).exists():
        problems.append(f'po/POTFILES.in names {name}, which does not exist')
if len(set(listed)) != len(listed):
    problems.append('po/POTFILES.in names a file twice')

MARK_C = re.compile(r'(?<![A-Za-z0-9_])(?:_|N_|C_|NC_|ngettext|g_dngettext|g_dgettext|Q_)\s*\(\s*"')
for path in sorted(root.glob('src/**/*')):
    name = str(path.relative_to(root))
    if path.suffix in ('.c', '.h'):
        marked = MARK_C.search(path.read_text())
    elif path.suffix == '.ui':
        marked = 'translatable="' in path.read_text()
    else:
        continue
    if marked and name not in listed:
        problems.append(f'{name} has text to translate but is not in po/POTFILES.in')

with tempfile.TemporaryDirectory() as work:
    pot = pathlib.Path(work) / 'mien.pot'
    extracted = subprocess.run(['xgettext', '--files-from=po/POTFILES.in', f'--output={pot}', '--from-code=UTF-8', '--keyword=_',
                    '--keyword=N_', '--keyword=C_:1c,2', '--keyword=NC_:1c,2', '--keyword=ngettext:1,2', '--keyword=g_dngettext:2,3',
                    '--keyword=Q_:1g', '--package-name=mien'], cwd=root, capture_output=True, text=True)
    languages = (root / 'po/LINGUAS').read_text().split()
    if extracted.returncode:
        problems.append('xgettext: ' + extracted.stderr.strip())
        languages = []
    for language in languages:
        po = root / f'po/{language}.po'
        merged = pathlib.Path(work) / f'{language}.po'
        subprocess.run(['msgmerge', '--quiet', '--no-fuzzy-matching', f'--output-file={merged}', po, pot], check=True)
        check = subprocess.run(['msgfmt', '--check', '--statistics', '--output-file=/dev/null', merged],
                               capture_output=True, text=True, env={'LC_ALL': 'C', 'PATH': '/usr/bin'})
        print(f'{language}: {check.stderr.strip()}')
        if check.returncode:
            problems.append(f'po/{language}.po: msgfmt refuses it')
        for kind in ('untranslated', 'fuzzy'):
            if kind in check.stderr:
                problems.append(f'po/{language}.po has {kind} messages')
                shown = subprocess.run(['msgattrib', f'--{kind}' if kind == 'untranslated' else '--only-fuzzy', merged],
                                       capture_output=True, text=True).stdout
                problems += [line for line in shown.splitlines() if line.startswith(('msgid', '#:'))][2:22]

for problem in problems:
    print(problem, file=sys.stderr)
sys.exit(1 if problems else 0)
