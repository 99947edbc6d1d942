#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples for administrators are taken by the programs they are for: nginx -t, systemd-analyze verify.

usage: examples.py NGINX-CONF SYSTEMD-UNIT MIEN-SERVER          prints TAP; skips what is not installed
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile


def check_nginx(folder, path):
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    openssl = shutil.which("openssl")
    if program is None or openssl is None:
        return "nginx or openssl is not installed"
    certificate, key = os.path.join(folder, "c.pem"), os.path.join(folder, "k.pem")
    subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                    "-subj", "/CN=portraits.example.org", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with open(path) as f:
        text = f.read()
    # Only what a test may not touch: paths and ports.
    text = re.sub(r"(ssl_certificate\s+)\S+;", rf"\g<1>{certificate};", text)
    text = re.sub(r"(ssl_certificate_key\s+)\S+;", rf"\g<1>{key};", text)
    text = text.replace("/var/cache/nginx/mien", os.path.join(folder, "cache")).replace(":443", ":0").replace("listen 443", "listen 127.0.0.1:8443")
    text = re.sub(r"listen \[::\]:0[^;]*;", "", text)
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as f:
        f.write(f"error_log stderr;\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n"
                + "".join(f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
                + text + "\n}\n")
    subprocess.run([program, "-t", "-p", folder, "-c", conf, "-e", "stderr"], check=True)
    return None


def check_unit(folder, path, server):
    program = shutil.which("systemd-analyze")
    if program is None:
        return "systemd-analyze is not installed"
    unit = os.path.join(folder, "mien-server.service")
    with open(path) as f:
        text = f.read()
    # The program is not installed where the unit will find it.
    text = re.sub(r"(ExecStart=)\S+", rf"\g<1>{server}", text)
    with open(unit, "w") as f:
        f.write(text)
    result = subprocess.run([program, "verify", "--man=no", unit], text=True, capture_output=True)
    words = [line for line in result.stderr.splitlines() if "mien-server" in line]
    print("".join(f"# {line}\n" for line in words), end="")
    if result.returncode != 0 and not words and re.search("(?i)failed to (connect|initialize|set up|create)", result.stderr):
        return "systemd-analyze does not work here"
    if words:
        raise subprocess.SubprocessError("the unit is not taken")
    return None


def main():
    nginx, unit, server = (os.path.abspath(path) for path in sys.argv[1:4])
    failed = False
    print("1..2")
    for number, (name, check, *arguments) in enumerate([("nginx", check_nginx, nginx), ("systemd", check_unit, unit, server)], 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                skipped = check(folder, *arguments)
                print(f"ok {number} {name}" + (f" # SKIP {skipped}" if skipped else ""))
            except (OSError, subprocess.SubprocessError) as error:
                failed = True
                print(f"# {error}\nnot ok {number} {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
