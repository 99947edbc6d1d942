#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The geometry needs ISO C and libm alone: whatever else its objects ask for would be missing in a browser.
set -eu

echo 1..1
# A compiler may call memcpy, memset and (in libm) sincos by itself.
wanted='^(fabs|floor|fmax|fmin|fmod|hypot|remainder|round|sin|cos|sincos|sqrt|memcpy|memset|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_)$'
nm --defined-only "$1" | grep -q ' T portrait_' || { echo 'Bail out! There is no geometry in the library'; exit 1; }
foreign=$(nm --undefined-only "$1" | awk 'NF == 2 && $1 == "U" { print $2 }' | sort -u | grep -Ev "$wanted" | grep -v '^portrait_' || true)
if [ -n "$foreign" ]
then
  echo "# asks for: $foreign"
  echo 'not ok 1 - the geometry links libm alone'
else
  echo 'ok 1 - the geometry links libm alone'
fi
