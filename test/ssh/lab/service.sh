#!/bin/bash
# One service while it runs.
#   ./service.sh hang NAME [PATTERN]   all of its processes, or those whose command has the pattern, stand still:
#                                      ports are open, and nothing answers
#   ./service.sh wake NAME [PATTERN]   they go on
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
case ${1:-} in hang) sig=STOP;; wake) sig=CONT;; *) die "hang or wake?";; esac
alive "$2" || die "$2 is not up"
any=
for pid in $(members "$2"); do
  tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q -- "${3:-}" || continue
  kill -$sig "$pid" && any=yes
done
[ -n "$any" ] || die "$2 has no such process"
