#!/usr/bin/env bash
# Installs the programs of others that the interop tests run, where this machine has Debian's packages and lets
# us. Where it does not, those tests are skipped and say so; nothing here ends a build.
set -u

peers=(nc.openbsd:netcat-openbsd ncat:ncat socat:socat tmux:tmux python3:python3 ip:iproute2)
missing=()
for peer in "${peers[@]}"; do
  command -v "${peer%%:*}" >/dev/null 2>&1 || missing+=("${peer##*:}")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "peers: all are there"
  exit 0
fi

sudo=()
if [ "$(id -u)" -ne 0 ]; then sudo=(sudo -n); fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "peers: no apt-get, so these are not tested with: ${missing[*]}"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if "${sudo[@]}" apt-get update -qq >/dev/null 2>&1 &&
  "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
  echo "peers: installed ${missing[*]}"
else
  echo "peers: could not install ${missing[*]}: what needs them is skipped"
fi
exit 0
