#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrows of docs/architecture.md, proved from what was linked and not from what was included.

1. `nm`: an undefined symbol of one folder's static library must be defined by that library or by one it may know.
2. `readelf -d`: no program below src/ui needs GTK, and each program needs no shared library beyond its layer's.
"""
import json
import pathlib
import subprocess
import sys

KNOWS = {
    'portrait_geometry': set(),
    'facefind': set(),
    'portrait': {'portrait_geometry'},
    'xmpp': set(),
    'mien-image': {'portrait', 'portrait_geometry', 'facefind'},
    'mien-storage': set(),
    'mien-comm': {'mien-storage', 'xmpp'},
    'mien-catalogue': {'mien-storage', 'portrait', 'portrait_geometry'},
    'mien-avatar': {'mien-catalogue', 'mien-comm', 'mien-storage', 'mien-image', 'portrait', 'portrait_geometry'},
    'mien-portrait': {'mien-avatar', 'mien-catalogue', 'mien-comm', 'mien-storage', 'mien-image', 'portrait', 'portrait_geometry',
                      'xmpp'},
    'mien-server-common': {'mien-storage', 'mien-comm'},
    'mien-server-im': {'mien-server-common', 'mien-storage', 'mien-comm', 'xmpp'},
    'mien-server-avatar': {'mien-server-common', 'mien-storage', 'mien-comm', 'mien-catalogue', 'mien-image',
                           'portrait', 'portrait_geometry'},
    'mien-server-portrait': {'mien-server-common', 'mien-storage', 'mien-comm', 'mien-image', 'portrait',
                             'portrait_geometry', 'xmpp'},
}
KNOWS['mien-ui'] = {name for name in KNOWS if not name.startswith('mien-server')}

# Shared libraries that nothing outside the named part may need.
RESERVED = {'libgtk-4': 'src/ui', 'libadwaita-1': 'src/ui', 'libsecret-1': 'src/ui'}


def symbols(archive, *flags):
    out = subprocess.run(['nm', '--format=posix', *flags, archive], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in out.splitlines() if len(line.split()) >= 2}


def main(build):
    build = pathlib.Path(build)
    targets = json.loads((build / 'meson-info/intro-targets.json').read_text())
    problems, checked = [], 0

    archives = {}
    for target in targets:
        if target['type'] == 'static library' and target['name'] in KNOWS:
            archives[target['name']] = target['filename'][0]
    defined = {name: symbols(path, '--defined-only', '--extern-only') for name, path in archives.items()}
    owner = {symbol: name for name, names in defined.items() for symbol in names}
    for name, path in archives.items():
        checked += 1
        for symbol in symbols(path, '--undefined-only') - defined[name]:
            other = owner.get(symbol)
            if other and other != name and other not in KNOWS[name]:
                problems.append(f'{name} may not know {other}, but uses {symbol}')

    for target in targets:
        if target['type'] != 'executable' or not pathlib.Path(target['filename'][0]).exists():
            continue
        where = target['defined_in']
        if '/src/ui/' in where or '/tests/display/' in where or '/tests/demo/' in where or '/tests/bench/' in where:
            continue
        checked += 1
        out = subprocess.run(['readelf', '-d', target['filename'][0]], capture_output=True, text=True, check=True).stdout
        for library, place in RESERVED.items():
            if f'[{library}' in out:
                problems.append(f"{target['name']} ({where}) needs {library}, which belongs to {place}")

    missing = set(KNOWS) - set(archives)
    if missing:
        problems.append('no static library was built for: ' + ', '.join(sorted(missing)))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f'{checked} libraries and programs read, {len(problems)} wrong arrows')
    return 1 if problems else 0


sys.exit(main(sys.argv[1]))
