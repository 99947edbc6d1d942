#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each source file says its licence in its first lines: the libraries are LGPL-2.1-or-later, the rest GPL-3.0-or-later."""
import pathlib
import sys

root = pathlib.Path(sys.argv[1])
problems = []
count = 0
for folder in ('src', 'tests', 'subprojects', 'build-aux'):
    for path in sorted((root / folder).glob('**/*')):
        name = path.relative_to(root)
        if path.suffix not in ('.c', '.h', '.py', '.js', '.mjs') or any(part.startswith('build') for part in name.parts[:-1][1:]):
            continue
        count += 1
        head = path.read_text(errors='replace')[:400]
        wanted = 'LGPL-2.1-or-later' if name.parts[0] == 'subprojects' else 'GPL-3.0-or-later'
        if f'SPDX-License-Identifier: {wanted}' not in head:
            problems.append(f'{name}: no "SPDX-License-Identifier: {wanted}"')
for problem in problems:
    print(problem, file=sys.stderr)
print(f'{count} files read')
sys.exit(1 if problems else 0)
