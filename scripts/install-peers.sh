#!/usr/bin/env bash
# Installs programs of others, where this machine has Debian's packages and lets us: those that the interop tests
# run, or with --benchmarks the chat servers that the benchmarks measure against. Where it does not, what needs
# them is skipped and says so; nothing here ends a build.
set -u

peers=(nc.openbsd:netcat-openbsd ncat:ncat socat:socat tmux:tmux python3:python3 ip:iproute2 strace:strace telnet:inetutils-telnet
  cc:gcc,libc6-dev zsh:zsh)
if [ "${1:-}" = --benchmarks ]; then
  peers=(ncat:ncat ngircd:ngircd mosquitto:mosquitto nats-server:nats-server)
fi
missing=()
for peer in "${peers[@]}"; do
  IFS=, read -ra packages <<<"${peer##*:}"
  PATH="$PATH:/usr/sbin" command -v "${peer%%:*}" >/dev/null 2>&1 || missing+=("${packages[@]}")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "peers: all are there"
  exit 0
fi

sudo=()
if [ "$(id -u)" -ne 0 ]; then sudo=(sudo -n); fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "peers: no apt-get, so these are not there: ${missing[*]}"
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
