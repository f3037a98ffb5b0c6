# The end of the offline script: runs what is above, closes the answer to the public key and makes one new file. Nothing else is written.
# $1 is the folder of the answer, without it the current one. Secrets go through pipes and shell variables, never through arguments or files.
fail() { printf 'auditkit: %s\n' "$*" >&2; exit 1; }
clean() { LC_ALL=C tr -cd 'A-Za-z0-9 ._:@-' | cut -c 1-120; }
encode() { if [ "$FORM" = plain ]; then base64; else openssl base64; fi; }
pack() { if [ "$PACKED" = true ]; then gzip -1; else cat; fi; }
close() {
  if [ "$FORM" = plain ]; then cat; return; fi
  openssl enc -e -aes-256-cbc -md sha256 -salt -pass fd:8 8<<EOF
$SECRET1
EOF
}
wrap() {
  printf %s "$SECRET1$SECRET2" | openssl pkeyutl -encrypt -pubin -inkey /dev/fd/8 -pkeyopt rsa_padding_mode:oaep 8<<EOF | openssl base64 | tr -d '\n'
$PUBLIC
EOF
}
# HMAC (RFC 2104) out of plain SHA-256, because `openssl dgst -hmac` would show the key in the list of processes. $1: 54 inner, 92 outer.
pad() {
  p=$SECRET2 o= i=0
  while [ "$i" -lt 64 ]; do
    if [ -n "$p" ]; then r=${p#??}; b=0x${p%"$r"}; p=$r; else b=0; fi
    o=$o$(printf '\\%03o' $((b ^ $1)))
    i=$((i + 1))
  done
  printf "$o"
}
tag() {
  if [ "$FORM" = plain ]; then t=$(sha256sum <"$FILE") || fail "sha256sum failed"; printf %s "${t%% *}"; return; fi
  t=$( { pad 92; { pad 54; cat "$FILE"; } | openssl dgst -sha256 -binary; } | openssl dgst -sha256)
  printf %s "${t##* }"
}

# A process that a command has left behind may hold a stream open for good: the last frame ends it.
whole() { LC_ALL=C sed "/^$NONCE over\$/q"; }

umask 077
set -C
if [ "$FORM" = plain ]; then
  for c in base64 sha256sum; do command -v "$c" >/dev/null || fail "there is no $c here: nothing was asked"; done
else
  command -v openssl >/dev/null || fail "there is no openssl here, so the answer cannot be encrypted: nothing was asked. Install it, or make the script anew with --plain"
  SECRET1=$(openssl rand -hex 32) && SECRET2=$(openssl rand -hex 32) || fail "openssl gives no random numbers"
  [ "${#SECRET1}${#SECRET2}" = 6464 ] || fail "openssl gives no random numbers"
fi
NONCE=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
[ "${#NONCE}" = 16 ] || fail "/dev/urandom gives no random numbers"
PACKED=false
if command -v gzip >/dev/null; then PACKED=true; fi
HOST=$(uname -n | clean)
DOMAIN=
case $HOST in *.*) DOMAIN=${HOST#*.}; HOST=${HOST%%.*} ;; esac
MACHINE=
for f in /etc/machine-id /var/lib/dbus/machine-id; do
  if [ -z "$MACHINE" ] && [ -r "$f" ]; then MACHINE=$(clean <"$f"); fi
done
ACCOUNT=$(id -un | clean)
AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)
FILE=${1:-.}/auditkit_${CLIENT}_${HOST}_$(date -u +%Y%m%dT%H%M%SZ)_$NONCE.answer
exec 9>"$FILE" || fail "$FILE cannot be made"
exec 7>&2
WRAPPED=-
if [ "$FORM" != plain ]; then WRAPPED=$(wrap 2>&7); [ -n "$WRAPPED" ] || fail "openssl does not take the public key"; fi
printf 'AUDITKIT-ANSWER 1\n{%s,"system":"linux","host":"%s","domain":"%s","machine":"%s","account":"%s","at":"%s","form":"%s","packed":%s}\n%s\n' \
  "$HEAD" "$HOST" "$DOMAIN" "$MACHINE" "$ACCOUNT" "$AT" "$FORM" "$PACKED" "$WRAPPED" >&9
printf 'PART stdout\n' >&9
# What the commands say on stderr waits packed in a variable, because the file is being written with what they say on stdout.
SAID=$( { everything 7>&- 9>&- | { whole | pack | close | encode; } 2>&7 >&9; } 2>&1 | { whole | pack | close | encode; } 2>&7)
printf 'PART stderr\n%s\n' "$SAID" >&9
TAG=$(tag 2>&7)
[ "${#TAG}" = 64 ] || fail "the answer cannot be closed: $FILE is of no use"
printf 'END %s\n' "$TAG" >&9
printf 'auditkit: %s\n' "$FILE"
