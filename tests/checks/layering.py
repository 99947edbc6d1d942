#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arrows of docs/architecture.md, proved from what was linked and not from what was included.

1. `nm`: an undefined symbol of one folder's static library must be defined by that library or by one it may know.
2. `nm`: what a static library asks of the outside world, by the prefix of the names, must be among what it may use.
3. `readelf -d`: no program outside src/ui and its tests needs GTK.
"""
import json
import pathlib
import subprocess
import sys

GEOMETRY = {'portrait', 'portrait-geometry'}
KNOWS = {
    'portrait-geometry': set(),
    'facefind-avx2': set(),
    'facefind': {'facefind-avx2'},
    'portrait': {'portrait-geometry'},
    'xmpp': set(),
    'mien-image': {'facefind'} | GEOMETRY,
    'mien-storage': set(),
    'mien-comm': {'mien-storage', 'xmpp'},
    'mien-catalogue': {'mien-storage'} | GEOMETRY,
    'mien-avatar': {'mien-catalogue', 'mien-comm', 'mien-storage', 'mien-image'} | GEOMETRY,
    'mien-portrait': {'mien-avatar', 'mien-catalogue', 'mien-comm', 'mien-storage', 'mien-image', 'xmpp', 'facefind'} | GEOMETRY,
    'mien-dresser': {'mien-image', 'mien-catalogue', 'mien-storage'} | GEOMETRY,
    'mien-server-common': set(),
    'mien-server-im': {'mien-server-common', 'mien-storage', 'xmpp'},
    'mien-server-avatar': {'mien-server-common', 'mien-storage', 'mien-catalogue', 'mien-image'} | GEOMETRY,
    'mien-server-portrait': {'mien-server-common', 'mien-storage', 'mien-comm', 'mien-image', 'xmpp'} | GEOMETRY,
    'mien-ui-resources': set(),
}
# The windows may know all but the servers and the commands.
KNOWS['mien-ui'] = {name for name in KNOWS if not name.startswith('mien-server') and name != 'mien-dresser'}

# Names of the outside world by their prefix: the only libraries of ours that may ask for them.
FOREIGN = {
    ('gtk_', 'adw_', 'gsk_', 'secret_'): {'mien-ui'},
    ('PQ',): {'mien-server-portrait'},
    ('sqlite3_',): {'mien-storage', 'mien-server-im', 'mien-server-portrait'},
    ('soup_',): {'mien-comm', 'mien-avatar', 'mien-portrait', 'mien-server-common', 'mien-server-avatar', 'mien-server-portrait'},
    ('rsvg_',): {'mien-image'},
    ('archive_',): {'mien-catalogue'},
    ('gsasl_', 'idn2_', 'xml'): {'xmpp'},
    ('gnutls_',): {'mien-server-common'},
    # Plain C: they go into a browser too.
    ('g_', 'cairo_'): set(KNOWS) - {'portrait-geometry', 'facefind', 'facefind-avx2'},
}

# Shared libraries that no program outside these folders may need.
RESERVED = ('libgtk-4', 'libadwaita-1', 'libsecret-1')
WITH_GTK = ('/src/ui/', '/tests/ui/', '/tests/display/', '/tests/demo/', '/tests/bench/')


def symbols(archive, *flags):
    out = subprocess.run(['nm', '--format=posix', *flags, archive], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in out.splitlines() if len(line.split()) >= 2}


def libraries(targets, root):
    """Our static libraries by name, those of the tests apart."""
    found = {}
    for target in targets:
        where = pathlib.Path(target['defined_in']).relative_to(root).parts
        if target['type'] == 'static library' and 'tests' not in where:
            found[target['name']] = target['filename'][0]
    return found


def wrong_arrows(archives):
    defined = {name: symbols(path, '--defined-only', '--extern-only') for name, path in archives.items()}
    owners = {}
    for name, names in defined.items():
        for symbol in names:
            owners.setdefault(symbol, set()).add(name)
    for name, path in archives.items():
        for symbol in sorted(symbols(path, '--undefined-only') - defined[name]):
            if symbol in owners:
                if not owners[symbol] & KNOWS[name]:
                    yield f"{name} may not know {' or '.join(sorted(owners[symbol]))}, but uses {symbol}"
                continue
            for prefixes, may in FOREIGN.items():
                if symbol.startswith(prefixes) and name not in may:
                    yield f'{name} may not use {symbol} of the outside world'


def wrong_programs(programs):
    for target in programs:
        where = target['defined_in']
        if any(part in where for part in WITH_GTK):
            continue
        out = subprocess.run(['readelf', '-d', target['filename'][0]], capture_output=True, text=True, check=True).stdout
        for library in RESERVED:
            if f'[{library}' in out:
                yield f"{target['name']} ({where}) needs {library}, which belongs to src/ui"


def main(root, build):
    targets = json.loads((pathlib.Path(build) / 'meson-info/intro-targets.json').read_text())
    archives = libraries(targets, root)
    programs = [target for target in targets
                if target['type'] == 'executable' and pathlib.Path(target['filename'][0]).exists()]

    problems = [f'no static library was built for {name}' for name in sorted(set(KNOWS) - set(archives))]
    problems += [f'{name} is missing in the table of this check' for name in sorted(set(archives) - set(KNOWS))]
    if not problems:
        problems += [*wrong_arrows(archives), *wrong_programs(programs)]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f'{len(archives)} libraries and {len(programs)} programs read, {len(problems)} wrong arrows')
    return 1 if problems else 0


sys.exit(main(*sys.argv[1:]))
