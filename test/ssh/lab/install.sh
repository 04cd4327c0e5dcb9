#!/bin/bash
# Installs what the lab needs on a bare Debian 12 machine: Debian packages and a
# virtual environment for each service. Idempotent.
# Nothing is started: policy-rc.d forbids service starts.
#   ./install.sh              everything
#   ./install.sh mlflow       some of it
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ "$(id -u)" = 0 ] || die "install.sh: run as root"
case ${1:-} in '') set -- debian mlflow jupyter ray;; *) set -- debian "$@";; esac
mkdir -p "$SVCLAB"/{bin,log,cache,src} "$SVCLAB_VENV"
chmod 755 "$SVCLAB"

debian() {
  if [ ! -x /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
  fi
  local p missing=() pkgs=(openssh-server openssh-client iproute2 util-linux procps curl jq python3 python3-venv
    nginx-light iptables)
  for p in "${pkgs[@]}"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 update -q
    apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "${missing[@]}"
  fi > "$SVCLAB/log/apt.log" 2>&1 || { tail "$SVCLAB/log/apt.log" >&2; die "apt"; }
  PKGS_MISSING=${#missing[@]}
}

# venv NAME DATE REQUIREMENT...: as pip would have resolved it on that day (- = today).
# The labs' images are of that day too, and old releases do not all run with new libraries.
venv() {
  local name=$1 date=$2; shift 2
  [ -x "$SVCLAB_VENV/tools/bin/uv" ] || {
    /usr/bin/python3 -m venv "$SVCLAB_VENV/tools"; "$SVCLAB_VENV/tools/bin/pip" install -q uv; }
  if [ "$(cat "$SVCLAB_VENV/$name/.made" 2>/dev/null)" = "$date $*" ]; then return; fi
  rm -rf "$SVCLAB_VENV/$name"
  local uv=("$SVCLAB_VENV/tools/bin/uv") newer=()
  [ "$date" = - ] || newer=(--exclude-newer "$date")
  export UV_CACHE_DIR=$SVCLAB/cache/uv UV_NO_CONFIG=1 UV_LINK_MODE=hardlink
  "${uv[@]}" venv -q -p /usr/bin/python3 "$SVCLAB_VENV/$name"
  "${uv[@]}" pip install -q --compile-bytecode -p "$SVCLAB_VENV/$name/bin/python" "${newer[@]}" "$@"
  echo "$date $*" > "$SVCLAB_VENV/$name/.made"
}
mlflow()      { venv mlflow3 2026-02-20 mlflow==3.9.0 boto3; }
jupyter()     { venv jupyter 2026-03-01 jupyterlab ipykernel; }
ray()         { venv ray 2026-03-05 'ray[default,train,tune]==2.54.0'; }

for s in "$@"; do
  case $s in
    debian|mlflow|jupyter|ray) ;;
    ssh|nginx) continue;;
    *) die "no such thing to install: $s";;
  esac
  t=$SECONDS; $s; say "$s ok, $((SECONDS - t)) s"
done
