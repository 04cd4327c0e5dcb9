#!/bin/bash
# The course's project as a whole class fills it, for the benches: so many servers, floating IPs and leases beside the
# world of seed.sh. It takes about ten minutes; what is there already is not made again.
#   bulk.sh [SERVERS [FLOATING_IPS [LEASES]]]     600 300 200
#   bulk.sh --delete                              takes them away
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ -e "$OSLAB/state/seed.done" ] || die "not seeded (seed.sh)"
"${CLEAN[@]}" OS_CLIENT_CONFIG_FILE="$OSLAB/creds/clouds.yaml" JOBS="${JOBS:-3}" \
  /usr/bin/python3 "$HERE/bulk.py" "$@"
