#!/usr/bin/env bash
# Makes a CA (10 years) and a serving certificate for Plimsoll's webhook, for those who manage certificates by hand.
# Needs bash and openssl (1.1.1 or newer, or LibreSSL). Run it again at any time: the CA is kept, so that the caBundle
# of the webhook configuration stays good; the serving certificate is reissued when it expires soon or its names change.
set -euo pipefail
umask 077

usage() {
  cat <<'USAGE'
Usage: certs-scripts/make-certs.sh [options]

  --service NAME      Service in front of the webhook        (default: plimsoll)
  --namespace NAME    its namespace                          (default: plimsoll)
  --dns NAME          one more DNS name; may be repeated
  --ip ADDRESS        one more IP address; may be repeated
  --out DIRECTORY     where the files go                     (default: ./certs)
  --days N            how long the serving certificate holds (default: 365)
  --renew             make a new serving certificate even if the one there is still good

Files: ca.crt, ca.key (keep it off the cluster), tls.crt, tls.key. On standard output: the caBundle and the next steps.
USAGE
}

fail() {
  echo "make-certs.sh: $1" >&2
  exit 1
}

service=plimsoll
namespace=plimsoll
out=./certs
days=365
renew=no
extra_names=''

needs_value() {
  [ "$2" -ge 2 ] || fail "$1 needs a value (see --help)"
}

is_dns_name() {
  [[ ${#1} -le 253 && $1 =~ ^(\*\.)?[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)*$ ]]
}

while [ $# -gt 0 ]; do
  case $1 in
    --service) needs_value "$1" $#; service=$2; shift 2 ;;
    --namespace) needs_value "$1" $#; namespace=$2; shift 2 ;;
    --out) needs_value "$1" $#; out=$2; shift 2 ;;
    --days) needs_value "$1" $#; days=$2; shift 2 ;;
    --renew) renew=yes; shift ;;
    --dns)
      needs_value "$1" $#
      is_dns_name "$2" || fail "--dns $2: expected a DNS name such as webhook.example.com"
      extra_names="$extra_names,DNS:$2"
      shift 2
      ;;
    --ip)
      needs_value "$1" $#
      [[ $2 =~ ^[0-9a-fA-F.:]+$ ]] || fail "--ip $2: expected an IPv4 or IPv6 address"
      extra_names="$extra_names,IP:$2"
      shift 2
      ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "unknown option $1" ;;
  esac
done

label='^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'
[[ $service =~ $label ]] || fail "--service $service: expected the name of a Kubernetes Service"
[[ $namespace =~ $label ]] || fail "--namespace $namespace: expected the name of a Kubernetes namespace"
[[ $days =~ ^[1-9][0-9]{0,3}$ ]] && [ "$days" -le 3650 ] || fail "--days $days: expected a number from 1 to 3650"
command -v openssl >/dev/null || fail 'openssl is not installed'

host=$service.$namespace.svc
names="DNS:$host,DNS:$service.$namespace,DNS:$host.cluster.local$extra_names"

mkdir -p "$out"
work=$(mktemp -d "$out/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Everything in a file of our own: the system's openssl.cnf differs from machine to machine.
cat >"$work/openssl.cnf" <<CONFIG
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[serving]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = $names
CONFIG

# Runs openssl quietly; what it printed is shown only when it fails.
quietly() {
  openssl "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "openssl $1 failed"; }
}

new_key() {
  quietly genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve -out "$1"
}

public_key() {
  openssl pkey -in "$1" -pubout 2>/dev/null
}

make_ca() {
  new_key "$work/ca.key"
  quietly req -x509 -new -sha256 -days 3650 -config "$work/openssl.cnf" -extensions ca -subj '/CN=Plimsoll webhook CA' \
    -key "$work/ca.key" -out "$work/ca.crt"
  mv "$work/ca.key" "$out/ca.key"
  mv "$work/ca.crt" "$out/ca.crt"
}

make_serving() {
  new_key "$work/tls.key"
  # A fixed name: a common name takes 64 characters, the host may be longer. Clients look at subjectAltName alone.
  quietly req -new -sha256 -config "$work/openssl.cnf" -subj '/CN=Plimsoll webhook' \
    -key "$work/tls.key" -out "$work/tls.csr"
  quietly x509 -req -sha256 -days "$days" -in "$work/tls.csr" -CA "$out/ca.crt" -CAkey "$out/ca.key" \
    -set_serial "0x$(openssl rand -hex 15)" -extfile "$work/openssl.cnf" -extensions serving -out "$work/tls.crt"
  mv "$work/tls.key" "$out/tls.key"
  mv "$work/tls.crt" "$out/tls.crt"
  printf '%s\n' "$names" >"$out/.names"
}

serving_is_good() {
  [ "$renew" = no ] && [ -f "$out/tls.crt" ] && [ -f "$out/tls.key" ] && [ -f "$out/.names" ] || return 1
  [ "$(cat "$out/.names")" = "$names" ] || return 1
  openssl x509 -in "$out/tls.crt" -noout -checkend $((30 * 24 * 3600)) >/dev/null 2>&1 || return 1
  openssl verify -CAfile "$out/ca.crt" "$out/tls.crt" >/dev/null 2>&1 || return 1
  [ "$(openssl x509 -in "$out/tls.crt" -noout -pubkey)" = "$(public_key "$out/tls.key")" ]
}

if [ -f "$out/ca.crt" ] && [ -f "$out/ca.key" ]; then
  [ "$(openssl x509 -in "$out/ca.crt" -noout -pubkey 2>/dev/null)" = "$(public_key "$out/ca.key")" ] ||
    fail "$out/ca.key does not belong to $out/ca.crt: restore the right one, or move both away to begin with a new CA"
  openssl x509 -in "$out/ca.crt" -noout -checkend $((days * 24 * 3600)) >/dev/null ||
    fail "$out/ca.crt ends before a certificate of $days days would: choose fewer --days, or move ca.crt and ca.key away"
  echo "CA kept: $out/ca.crt" >&2
elif [ -f "$out/ca.crt" ] || [ -f "$out/ca.key" ]; then
  fail "$out holds only one of ca.crt and ca.key: restore the other, or move it away to begin with a new CA"
else
  make_ca
  echo "CA made, good for 10 years: $out/ca.crt" >&2
fi

if serving_is_good; then
  echo "Serving certificate kept: $out/tls.crt" >&2
else
  make_serving
  echo "Serving certificate made, good for $days days: $out/tls.crt" >&2
fi

cat <<NEXT
Names: ${names//,/, }

1. Put the serving certificate where the webhook reads it (a running webhook takes a new one without a restart):

   kubectl create secret tls $service-tls --namespace $namespace --cert $(printf %q "$out/tls.crt") --key $(printf %q "$out/tls.key") \\
     --dry-run=client --output yaml | kubectl apply --server-side --filename -

2. Tell the API server whom to trust: clientConfig.caBundle of each webhook in the MutatingWebhookConfiguration:

caBundle: $(openssl base64 -A -in "$out/ca.crt")
NEXT
