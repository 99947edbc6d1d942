#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No line of C is wider than 120 columns, no tab is in it, and none ends with a space."""
import pathlib
import sys
import unicodedata

COLUMNS = 120


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


root = pathlib.Path(sys.argv[1])
problems = []
count = 0
for folder in ('src', 'tests', 'subprojects'):
    for path in sorted(p for p in (root / folder).glob('**/*') if p.suffix in ('.c', '.h')):
        name = path.relative_to(root)
        count += 1
        for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
            if width(line) > COLUMNS:
                problems.append(f'{name}:{number}: {width(line)} columns')
            if '\t' in line or line != line.rstrip():
                problems.append(f'{name}:{number}: a tab, or a space at the end')
for problem in problems:
    print(problem, file=sys.stderr)
print(f'{count} files read')
sys.exit(1 if problems else 0)
