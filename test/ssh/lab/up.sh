#!/bin/bash
# Starts the lab: its hosts (namespaces with a real sshd each) and real services on them.
#   ./up.sh                 all hosts and every installed service
#   ./up.sh ssh             the hosts alone
#   ./up.sh mlflow ray      hosts, and these services
# State, logs, pids are under $SVCLAB (default /tmp/svclab).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ "$(id -u)" = 0 ] || die "up.sh: run as root"
T0=$SECONDS
umask 022
mkdir -p "$SVCLAB"/{run,log,etc,keys,hosts,front,state}
chmod 755 "$SVCLAB"
mkdir -p /run/sshd

# ---- users and keys ----------------------------------------------------------
# The hosts see their own passwd and group: user cc (1000, group docker), as Chameleon's images.
# (seen there in front of the machine's own /etc, as a folder: a mount on one file ends when a package replaces that
# file; rewritten in place, and only if they change, or logins would fail meanwhile)
put() { local t; t=$(cat); [ "$t" = "$(cat "$1" 2>/dev/null)" ] || printf '%s\n' "$t" > "$1"; }
{ grep -v -e '^cc:' -e ':x:1000:' /etc/passwd; echo 'cc:x:1000:1000:Chameleon:/home/cc:/bin/bash'; } | put "$SVCLAB/etc/passwd"
{ grep -v -E '^(cc|docker):|:x:1000:' /etc/group; printf 'cc:x:1000:\ndocker:x:987:cc\n'; } | put "$SVCLAB/etc/group"
K=$SVCLAB/keys
[ -e "$K/id_rsa_chameleon" ] || ssh-keygen -q -t rsa -b 3072 -N '' -C "$SVCLAB_WHO" -f "$K/id_rsa_chameleon"
[ -e "$K/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C "$SVCLAB_WHO" -f "$K/id_ed25519"
[ -e "$K/id_passphrase" ] || ssh-keygen -q -t ed25519 -N 'lab passphrase' -C "$SVCLAB_WHO" -f "$K/id_passphrase"
[ -e "$K/id_stranger" ] || ssh-keygen -q -t ed25519 -N '' -C stranger -f "$K/id_stranger"

[ -s "$K/jupyter_token" ] || od -An -tx1 -N24 /dev/urandom | tr -d ' \n' > "$K/jupyter_token"

# ---- hosts -------------------------------------------------------------------
host_up() { # KEY: namespaces, home folder, host keys, sshd configuration
  local h=$1 d=$SVCLAB/hosts/$1 pid addr t s
  mkdir -p "$d"/{etc,home/.ssh,ssh,tmp-ray}
  for t in ed25519 rsa ecdsa; do
    [ -e "$d/ssh/ssh_host_${t}_key" ] || ssh-keygen -q -t $t $( [ $t = rsa ] && echo -b 2048) -N '' -C "root@$(host_name "$h")" -f "$d/ssh/ssh_host_${t}_key"
  done
  cat "$K"/id_rsa_chameleon.pub "$K"/id_ed25519.pub "$K"/id_passphrase.pub > "$d/home/.ssh/authorized_keys"
  [ -e "$d/home/.bashrc" ] || echo 'case $- in *i*) PS1="cc@\h:\w\$ ";; esac' > "$d/home/.bashrc"
  chown -R 1000:1000 "$d/home" "$d/tmp-ray"; chmod 700 "$d/home/.ssh"
  cat > "$d/sshd_config" <<EOF
# one lab host's sshd; started by front.py for each connection, or listening in its own network
Port 22
HostKey $d/ssh/ssh_host_ed25519_key
HostKey $d/ssh/ssh_host_ecdsa_key
HostKey $d/ssh/ssh_host_rsa_key
AuthorizedKeysFile .ssh/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
UsePAM no
StrictModes no
AllowTcpForwarding yes
AllowAgentForwarding yes
X11Forwarding no
PrintMotd no
PidFile none
LogLevel VERBOSE
Subsystem sftp internal-sftp
SetEnv PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 SVCLAB=$SVCLAB
$(cat "$d/sshd_extra" 2>/dev/null)
EOF
  if ! alive "host-$h"; then
    sed "s/^127.0.1.1.*//; s/$(hostname)//" /etc/hosts | grep -v -E '\bnode[123]$' > "$d/etc/hosts"
    printf '127.0.0.1 %s\n192.168.1.11 node1\n192.168.1.12 node2\n192.168.1.13 node3\n' "$(host_name "$h")" >> "$d/etc/hosts"
    setsid unshare -n -m -u --propagation private bash -c '
      d=$1; etc=$2; name=$3
      mkdir -p /tmp/ray
      mount --bind "$d/tmp-ray" /tmp/ray
      mount -t overlay -o "ro,lowerdir=$d/etc:$etc:/etc" host-etc /etc
      mount -t tmpfs -o mode=755 home /home && mkdir /home/cc && mount --bind "$d/home" /home/cc
      hostname "$name"
      ip link set lo up
      echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
      cd / && touch "$d/ready" && exec sleep infinity' - "$d" "$SVCLAB/etc" "$(host_name "$h")" \
      > "$SVCLAB/log/host-$h.log" 2>&1 < /dev/null &
    pid=$!; rm -f "$d/ready"; note "host-$h" "$pid"; disown "$pid"
    until [ -e "$d/ready" ]; do sleep 0.05; kill -0 "$pid" 2>/dev/null || { cat "$SVCLAB/log/host-$h.log" >&2; die "host $h (namespaces need CAP_SYS_ADMIN)"; }; done
  fi
  # a package that makes a user replaces /etc/passwd, and what was mounted on it is gone
  knows_cc "$h" || for s in passwd group; do inside_root "$h" mount --bind "$SVCLAB/etc/$s" "/etc/$s"; done
  addr=$(host_addr "$h")
  if [ -n "$addr" ]; then
    [ -e "$d/open" ] || case $h in node1) echo 80;; esac > "$d/open"
    [ -e "$d/ssh_mode" ] || echo on > "$d/ssh_mode"
    "$HERE/host.sh" refresh "$h"
  fi
}
for h in $(hosts); do host_up "$h"; done
# the private network of the three cloud nodes: a bridge in node1, nothing outside of it
if ! inside_root node1 ip link show br-priv > /dev/null 2>&1; then
  inside_root node1 ip link add br-priv type bridge
  inside_root node1 ip addr add 192.168.1.11/24 dev br-priv
  inside_root node1 ip link set br-priv up
fi
for n in 2 3; do
  if ! inside_root node$n ip link show ens3 > /dev/null 2>&1; then
    inside_root node1 ip link del p$n 2>/dev/null
    inside_root node1 ip link add p$n type veth peer name ens3 netns "$(pid_of host-node$n)"
    inside_root node1 ip link set p$n master br-priv up
    inside_root node$n ip addr add 192.168.1.1$n/24 dev ens3
    inside_root node$n ip link set ens3 up
  fi
  alive sshd-node$n || {
    setsid nsenter -t "$(pid_of host-node$n)" -n -m -u -- /usr/sbin/sshd -D -f "$SVCLAB/hosts/node$n/sshd_config" \
      -o ListenAddress=192.168.1.1$n -E "$SVCLAB/log/sshd-node$n.log" < /dev/null > /dev/null 2>&1 &
    note sshd-node$n $!; disown $!; }
done
alive front || { SVCLAB_UNIT=front setsid /usr/bin/python3 "$HERE/front.py" "$SVCLAB/front" >> "$SVCLAB/log/front.log" 2>&1 < /dev/null &
  note front $!; disown $!; }
{ for h in $(hosts); do a=$(host_addr "$h")
    printf 'Host %s %s\n  User cc\n  IdentityFile %s/id_rsa_chameleon\n  IdentitiesOnly yes\n  UserKnownHostsFile %s/known_hosts\n' "$h" "$(host_name "$h")" "$K" "$SVCLAB"
    case $h in node2) printf '  HostName 192.168.1.12\n  ProxyJump node1\n';; node3) printf '  HostName 192.168.1.13\n  ProxyJump node1\n';;
      *) printf '  HostName %s\n' "$a";; esac; done; } > "$SVCLAB/ssh_config"
{ for h in $(hosts); do a=$(host_addr "$h"); case $h in node2) a=192.168.1.12;; node3) a=192.168.1.13;; esac
    for t in ed25519 ecdsa rsa; do echo "$a $(cut -d' ' -f1,2 "$SVCLAB/hosts/$h/ssh/ssh_host_${t}_key.pub")"; done; done; } > "$SVCLAB/known_hosts"
say "$(hosts | wc -l) hosts are up after $((SECONDS - T0)) s (ssh -F $SVCLAB/ssh_config mlflow)"

# ---- services ----------------------------------------------------------------
case ${1:-} in
  '') set -- $(for s in $(services); do installed "$s" && echo "$s"; done);;
  ssh) exit 0;;
esac
V=$SVCLAB_VENV ST=$SVCLAB/state
own() { mkdir -p "$@"; chown 1000:1000 "$@"; }
up_nginx() {
  own "$ST/nginx" "$ST/nginx/html"
  cat > "$ST/nginx/nginx.conf" <<EOF
daemon off; worker_processes 1; pid $ST/nginx/pid; error_log stderr;
events { worker_connections 256; }
http { access_log off; client_body_temp_path $ST/nginx/a; proxy_temp_path $ST/nginx/b; fastcgi_temp_path $ST/nginx/c; uwsgi_temp_path $ST/nginx/d; scgi_temp_path $ST/nginx/e;
  server { listen 127.0.0.1:80; root $ST/nginx/html; } }
EOF
  [ -e "$ST/nginx/html/index.html" ] || cp /usr/share/nginx/html/index.html "$ST/nginx/html/" 2>/dev/null || cp /var/www/html/index*.html "$ST/nginx/html/index.html"
  start nginx node1 /usr/sbin/nginx -c "$ST/nginx/nginx.conf" -e stderr
}
up_mlflow() { own "$ST/mlflow"
  start mlflow mlflow "$V/mlflow3/bin/mlflow" server --host 127.0.0.1 --port 8000 --workers 1 \
    --backend-store-uri "sqlite:///$ST/mlflow/mlflow.db" --artifacts-destination "$ST/mlflow/artifacts"; }
up_jupyter() { own "$ST/jupyter" # with a token, as the labs' containers have
  start jupyter mlflow env PATH="$V/jupyter/bin:/usr/bin:/bin" JUPYTER_TOKEN="$(cat "$SVCLAB/keys/jupyter_token")" \
    "$V/jupyter/bin/jupyter" lab --no-browser --ip=127.0.0.1 --port=8888 --ServerApp.root_dir="$ST/jupyter"; }
up_ray() { # the head alone: its dashboard is what is forwarded
  # on a busy machine Ray's helpers give each other up after 30 s: once more, then
  start ray ray bash -c 'for i in 1 2 3; do "$@" && exit; sleep 2; done' - \
    env PATH="$V/ray/bin:/usr/bin:/bin" RAY_memory_monitor_refresh_ms=0 "$V/ray/bin/ray" start --block --head --port 6379 \
    --node-ip-address 127.0.0.1 --dashboard-host 127.0.0.1 --dashboard-port 8265 --num-cpus 4 --num-gpus 0 \
    --metrics-export-port 8080 --object-store-memory 100000000 --disable-usage-stats; }
# a service that needs another one comes after it in the table
order=(); for s in $(services); do for w in "$@"; do [ "$s" = "$w" ] && order+=("$s"); done; done
for w in "$@"; do svc "$w" 1 | grep -q . || die "no such service: $w"; done
started=() waits=()
for s in "${order[@]}"; do
  installed "$s" || { say "$s: not installed (./install.sh)"; continue; }
  alive "$s" && continue
  date +%s%N > "$SVCLAB/run/$s.t0"
  "up_$s" || continue
  started+=("$s")
  ( wait_http "$s" 300 && echo $(( ($(date +%s%N) - $(cat "$SVCLAB/run/$s.t0")) / 100000000 )) > "$SVCLAB/run/$s.took" ) & waits+=($!)
  # the heavy ones one after the other: side by side they only slow each other down
  case $s in mlflow|ray) wait $!;; esac
done
rc=0; for j in "${waits[@]}"; do wait "$j" || rc=1; done; wait
for s in "${started[@]}"; do
  t=$(cat "$SVCLAB/run/$s.took" 2>/dev/null) && say "$s ready after $((t / 10)).$((t % 10)) s: http://127.0.0.1:$(svc "$s" 3)$(svc "$s" 4 | sed 's/^-$//') on $(host_of "$s")"
done
say "up after $((SECONDS - T0)) s"
exit $rc
