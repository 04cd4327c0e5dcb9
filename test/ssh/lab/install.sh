#!/bin/bash
# Installs what the lab needs on a bare Debian 12 machine: Debian packages and a
# virtual environment for each service. Idempotent.
# Nothing is started: policy-rc.d forbids service starts.
#   ./install.sh              hosts, MLflow, Jupyter, Ray
#   ./install.sh labs         and what only the labs' checks need
#   ./install.sh labelstudio airflow triton minio grafana    by name alone; the last two are built with Go
#   ./install.sh mlflow       some of it
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ "$(id -u)" = 0 ] || die "install.sh: run as root"
case ${1:-} in '') set -- debian mlflow jupyter ray;; labs) set -- debian mlflow jupyter ray servers mlflow2 serve;; *) set -- debian "$@";; esac
mkdir -p "$SVCLAB"/{bin,log,cache,src} "$SVCLAB_VENV"
# Another run of it may be under way: two at once would each take away what the other has half made.
exec 8> "$SVCLAB/install.lock"
flock 8
chmod 755 "$SVCLAB"

debian() { packages openssh-server openssh-client iproute2 util-linux procps curl jq git python3 python3-venv nginx-light iptables; }
servers() { packages redis-server postgresql-15 prometheus adminer php-cli php-pgsql; }
packages() {
  if [ ! -x /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
  fi
  local p missing=()
  for p in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    flock -o /var/cache/apt dpkg --configure -a   # where an installation was stopped half-way
    flock -o /var/cache/apt apt-get -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 update -q
    flock -o /var/cache/apt apt-get -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 install -y -q --no-install-recommends "${missing[@]}"
  fi > "$SVCLAB/log/apt.log" 2>&1 || { tail "$SVCLAB/log/apt.log" >&2; die "apt"; }
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
mlflow2()     { venv mlflow2 2025-02-25 mlflow==2.20.2 boto3; }
serve()       { venv serve 2026-03-28 fastapi uvicorn flask requests prometheus-fastapi-instrumentator prometheus-client; }
labelstudio() { venv labelstudio 2025-03-20 label-studio==1.16.0; }
airflow()     { venv airflow 2025-02-20 apache-airflow==2.10.5; }
triton()      { venv triton 2025-01-31 nvidia-pytriton==0.5.13 numpy; }
gotool() { command -v go > /dev/null || die "$1 is built with Go, which is not here"; }
# the release of the labs, by its commit; the web console is part of the module
minio() {
  local P=github.com/minio/minio/cmd
  [ -x "$SVCLAB/bin/minio" ] && return
  gotool minio
  ( cd "$SVCLAB/src" && GOFLAGS=-mod=mod CGO_ENABLED=0 GOBIN="$SVCLAB/bin" go install -trimpath -ldflags \
    "-s -w -X $P.Version=2025-09-07T16:13:09Z -X $P.ReleaseTag=RELEASE.2025-09-07T16-13-09Z -X $P.CommitID=07c3a429bfed433e49018cb0f78a52145d4bedeb -X $P.ShortCommitID=07c3a429bfed -X $P.CopyrightYear=2025" \
    github.com/minio/minio@v0.0.0-20250907161309-07c3a429bfed ) > "$SVCLAB/log/build-minio.log" 2>&1 ||
    { tail "$SVCLAB/log/build-minio.log" >&2; die "minio"; }
}
# no Debian package; the one revision that a module proxy keeps. APIs only: its web
# pages are made by a JavaScript build that is not in the module.
grafana() {
  local v=v1.9.2-0.20230609164553-81d85ce8028d dir
  [ -x "$SVCLAB/bin/grafana" ] && return
  gotool grafana
  ( cd "$SVCLAB/src" && export GOFLAGS=-mod=mod CGO_ENABLED=1
    dir=$(go mod download -json "github.com/grafana/grafana@$v" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    [ -d grafana ] || { cp -r "$dir" grafana && chmod -R u+w grafana; }
    export GOTOOLCHAIN=go1.20.14
    GOBIN="$SVCLAB/bin" go install github.com/google/wire/cmd/wire@v0.5.0
    cd grafana && "$SVCLAB/bin/wire" gen -tags oss ./pkg/server &&
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=10.0.0-preview -X main.commit=81d85ce8028d -X main.buildBranch=main" \
      -o "$SVCLAB/bin/grafana" ./pkg/cmd/grafana ) > "$SVCLAB/log/build-grafana.log" 2>&1 ||
    { tail "$SVCLAB/log/build-grafana.log" >&2; die "grafana"; }
}

for s in "$@"; do
  case $s in
    debian|labelstudio|airflow|triton|minio|grafana|servers|mlflow|mlflow2|jupyter|ray|serve) ;;
    ssh|nginx) continue;;
    *) die "no such thing to install: $s";;
  esac
  t=$SECONDS; $s; say "$s ok, $((SECONDS - t)) s"
done
