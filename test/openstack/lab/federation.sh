#!/bin/bash
# Sign-in through OpenID as at Chameleon, beside application credentials: an
# OIDC provider (device flow), and Apache with mod_auth_openidc before keystone.
#   federation.sh up        start (installs what is missing; the lab must be up and seeded)
#   federation.sh down      stop, keystone as it was; with --wipe its federated users
#                           (and what they own in keystone) and users.json go too
#   federation.sh status
#   federation.sh approve CODE [USER] | deny CODE     what a person does in the browser
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
FETC=$OSLAB/etc/federation FST=$OSLAB/state/federation
REALM_URL=http://127.0.0.1:$P_OIDC/auth/realms/chameleon
FED_URL=http://127.0.0.1:$P_FEDERATION/v3
OIDC_VERSION=9.13.3
OSLAB_FED_ROLES=${OSLAB_FED_ROLES:-member reader}
MODS=/usr/lib/apache2/modules
KNOBS=(OSLAB_OIDC_TOKEN_TTL OSLAB_OIDC_REFRESH_TTL OSLAB_OIDC_DEVICE_TTL OSLAB_OIDC_INTERVAL
  OSLAB_OIDC_SLOW_DOWN OSLAB_OIDC_DENY OSLAB_OIDC_AUTO OSLAB_OIDC_REFRESH_FAIL)

need_lab() {
  alive keystone && alive nova-api || die "the lab is not up (up.sh)"
  [ -e "$OSLAB/state/seed.done" ] || die "the lab is not seeded (seed.sh)"
}

install_missing() {
  local missing=() node
  [ -e $MODS/mod_auth_openidc.so ] || missing+=(libapache2-mod-auth-openidc)
  [ -x /usr/sbin/apache2 ] || missing+=(apache2-bin)
  command -v openssl > /dev/null || missing+=(openssl)
  if [ "${#missing[@]}" -gt 0 ]; then
    say "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive flock -o /var/cache/apt apt-get -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 install -y -q \
      --no-install-recommends "${missing[@]}" > "$OSLAB/log/federation-install.out" 2>&1 ||
      die "apt-get (see $OSLAB/log/federation-install.out)"
  fi
  NODE=$(command -v node) || die "no node on the PATH (22 or newer; 20.20 works too)"
  NODE=$(readlink -f "$NODE")
  OIDC_MODULE=$FST/node_modules/oidc-provider/lib/index.js
  if [ "$(jq -r .version "$FST/node_modules/oidc-provider/package.json" 2>/dev/null)" != $OIDC_VERSION ]; then
    say "npm: oidc-provider $OIDC_VERSION"
    mkdir -p "$FST"
    npm install --prefix "$FST" --no-audit --no-fund --ignore-scripts --no-package-lock \
      "oidc-provider@$OIDC_VERSION" >> "$OSLAB/log/federation-install.out" 2>&1 ||
      die "npm install oidc-provider (see $OSLAB/log/federation-install.out)"
  fi
}

write_config() {
  local kid secret pass
  mkdir -p "$FETC" "$FST" "$OSLAB/run/httpd"
  chmod 700 "$FETC"
  . "$OSLAB/etc/secrets.env"
  if [ ! -s "$FETC/key.pem" ]; then
    ( umask 077
      openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$FETC/key.pem" ) || die "key"
    openssl req -x509 -key "$FETC/key.pem" -subj /CN=chameleon -days 3650 -out "$FETC/cert.pem" || die "certificate"
    ( umask 077; for v in KEYSTONE_SECRET CRYPTO_PASS; do
        printf '%s=%s\n' $v "$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')"; done > "$FETC/secrets.env" )
  fi
  . "$FETC/secrets.env"
  secret=$KEYSTONE_SECRET pass=$CRYPTO_PASS
  # Keycloak's key id is of this form too
  kid=$(openssl pkey -in "$FETC/key.pem" -pubout -outform DER | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')
  echo "$kid" > "$FETC/kid"
  [ -s "$FETC/users.json" ] || ( umask 077; jq -n --arg pw "$PW_USERS" '
    def u($n; $g; $f; $p): {($n): {password: $pw, email: ($n + "@example.edu"), given_name: $g, family_name: $f,
      projects: $p, nickname: {"CHI-251409": "MLSysOps", "CHI-231095": "Other"}}};
    u("student_a"; "Ada"; "Student"; ["CHI-251409"]) + u("student_b"; "Ben"; "Student"; ["CHI-251409"])
    + u("ta_c"; "Cleo"; "Assistant"; ["CHI-251409", "CHI-231095"]) + u("guest_d"; "Dan"; "Guest"; [])
    ' > "$FETC/users.json" )
  # the methods of keystone's default, in its order (tokens store it), and openid
  cat > "$FETC/keystone.conf" <<C
[auth]
methods = external,password,token,oauth1,mapped,application_credential,openid
[openid]
remote_id_attribute = OIDC-iss
[DEFAULT]
# as at Chameleon: tokens of federated users are longer than 255
max_token_size = 269
C
  cat > "$FETC/apache.conf" <<C
ServerRoot $OSLAB/run/httpd
DefaultRuntimeDir $OSLAB/run/httpd
PidFile $OSLAB/run/httpd/own
ServerName 127.0.0.1
ServerTokens Prod
Listen 127.0.0.1:$P_FEDERATION
LoadModule mpm_event_module $MODS/mod_mpm_event.so
LoadModule authn_core_module $MODS/mod_authn_core.so
LoadModule authz_core_module $MODS/mod_authz_core.so
LoadModule authz_user_module $MODS/mod_authz_user.so
LoadModule headers_module $MODS/mod_headers.so
LoadModule proxy_module $MODS/mod_proxy.so
LoadModule proxy_uwsgi_module $MODS/mod_proxy_uwsgi.so
LoadModule auth_openidc_module $MODS/mod_auth_openidc.so
User www-data
Group www-data
StartServers 1
ServerLimit 2
ThreadsPerChild 16
ThreadLimit 16
MinSpareThreads 4
MaxSpareThreads 32
MaxRequestWorkers 32
ErrorLog $OSLAB/log/federation.log
LogLevel info
LogFormat "%t \"%r\" %>s %b" short
CustomLog $OSLAB/log/federation-access.log short

# keystone's own answers, but connections may stay open here
Header unset Connection
ProxyPass / uwsgi://127.0.0.1:$P_KEYSTONE_UWSGI/ retry=0

# as kolla-ansible (and so Chameleon) has it: bearer tokens are checked with
# the provider's certificates, without asking the provider
OIDCClaimPrefix "OIDC-"
OIDCClaimDelimiter ";"
OIDCPassClaimsAs environment
OIDCResponseType code
OIDCScope "openid email profile"
OIDCProviderMetadataURL $REALM_URL/.well-known/openid-configuration
OIDCClientID keystone
OIDCClientSecret $secret
OIDCCryptoPassphrase $pass
OIDCRedirectURI http://127.0.0.1:$P_FEDERATION/redirect_uri
OIDCOAuthVerifyCertFiles $kid#$FETC/cert.pem
<Location /redirect_uri>
  AuthType openid-connect
  Require valid-user
</Location>
<LocationMatch "/v3/OS-FEDERATION/identity_providers/chameleon/protocols/openid/auth">
  AuthType auth-openidc
  Require valid-user
</LocationMatch>
C
  chmod 600 "$FETC/apache.conf"
}

setup_keystone() { # [VARIABLE=VALUE]
  run federation-setup env OS_CLIENT_CONFIG_FILE="$OSLAB/creds/admin.clouds.yaml" OS_CLOUD=admin \
    ISSUER="$REALM_URL" ROLES="$OSLAB_FED_ROLES" "$@" \
    /usr/bin/python3 "$HERE/federation/setup_keystone.py"
}

up() {
  need_lab
  local t0=$SECONDS knobs=() k
  install_missing
  local before; before=$(cat "$FETC/keystone.conf" 2>/dev/null)
  write_config
  for k in "${KNOBS[@]}"; do [ -z "${!k:-}" ] || knobs+=("$k=${!k}"); done
  if alive oidc && [ "${#knobs[@]}" -gt 0 ]; then stop_all oidc; fi
  start oidc env "${knobs[@]}" P_OIDC=$P_OIDC P_FEDERATION=$P_FEDERATION OIDC_MODULE="$OIDC_MODULE" \
    OIDC_KEY="$FETC/key.pem" OIDC_KID="$(cat "$FETC/kid")" OIDC_USERS="$FETC/users.json" \
    OIDC_KEYSTONE_SECRET="$KEYSTONE_SECRET" "$NODE" "$HERE/federation/provider.mjs"
  wait_http oidc "$REALM_URL/.well-known/openid-configuration"
  if [ "$before" != "$(cat "$FETC/keystone.conf")" ] ||
     ! (exec 3<>"/dev/tcp/127.0.0.1/$P_KEYSTONE_UWSGI") 2>/dev/null; then
    stop_all keystone federation
    start_keystone
    wait_http keystone http://127.0.0.1:$P_KEYSTONE/v3
  fi
  setup_keystone || die "identity provider in keystone"
  start federation apache2 -DFOREGROUND -f "$FETC/apache.conf"
  wait_http federation "$FED_URL"
  cat > "$OSLAB/creds/federation.env" <<C
OS_AUTH_URL=$FED_URL
OS_IDENTITY_PROVIDER=chameleon
OS_PROTOCOL=openid
OS_CLIENT_ID=chi-cli-device-token
OS_DISCOVERY_ENDPOINT=$REALM_URL/.well-known/openid-configuration
OS_REGION_NAME=$OSLAB_REGION
C
  say "federation is up after $((SECONDS - t0)) s: $FED_URL, $REALM_URL"
}

down() {
  [ -d "$OSLAB/run" ] || { say "nothing runs under $OSLAB"; return 0; }
  stop_all federation oidc
  if [ "${1:-}" = --wipe ]; then
    if alive keystone; then
      setup_keystone FORGET=1 || say "keystone keeps its federated users"
      # keystone remembers deleted federated users: 404 at their next sign-in
      (exec 3<>"/dev/tcp/127.0.0.1/$P_MEMCACHED" && printf 'flush_all\r\nquit\r\n' >&3 && cat <&3 > /dev/null) 2>/dev/null
    fi
    rm -rf "$FETC/users.json" "$OSLAB/run/httpd"
  fi
  if [ -e "$FETC/keystone.conf" ]; then
    rm -f "$FETC/keystone.conf"
    if alive keystone; then   # back to how up.sh starts it
      stop_all keystone
      start_keystone
      wait_http keystone http://127.0.0.1:$P_KEYSTONE/v3
    fi
  fi
  rm -f "$OSLAB/creds/federation.env"
  say "federation is down"
}

status() {
  local n pid when kb
  for n in oidc federation keystone; do
    if alive $n; then
      read -r pid when < "$OSLAB/run/$n.pid"
      kb=$(ps -e -o pgid=,rss= | awk -v g="$pid" '$1 == g {s += $2} END {print s + 0}')
      printf '%-12s %7s %5d MiB\n' $n "$pid" $((kb / 1024))
    else
      printf '%-12s not running\n' $n
    fi
  done
  if [ -e "$FETC/keystone.conf" ]; then
    echo "provider $REALM_URL"; echo "keystone $FED_URL (and http://127.0.0.1:$P_KEYSTONE/v3 without federation)"
  else
    echo "keystone without federation"
  fi
  for n in "$OSLAB"/knobs/oidc_*; do [ ! -e "$n" ] || echo "knob $(basename "$n") = $(head -c 80 "$n")"; done
  alive oidc && alive federation
}

decide() { # approve|deny CODE [USER]
  alive oidc || die "the provider is not up"
  [ -n "${2:-}" ] || die "which user code?"
  curl --noproxy '*' -sS --fail-with-body -d "action=$1" --data-urlencode "user_code=$2" \
    --data-urlencode "username=${3:-student_a}" http://127.0.0.1:$P_OIDC/lab/device && echo
}

case ${1:-} in
  up) [ "$(id -u)" = 0 ] || die "run as root"; up;;
  down) down "${2:-}";;
  status) status;;
  approve | deny) decide "$@";;
  *) die "usage: federation.sh up | down [--wipe] | status | approve CODE [USER] | deny CODE";;
esac
