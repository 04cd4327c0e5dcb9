#!/bin/bash
# Ends some of the lab's services, to see what a client makes of it: stop.sh NAME... ; up.sh starts them again.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ $# -gt 0 ] || die "usage: stop.sh NAME..."
stop_all "$@"
