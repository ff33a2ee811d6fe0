#!/usr/bin/env bash
# Installs the chat servers of others that the benchmarks measure against, where this machine has Debian's packages
# and lets us. What is not there is skipped by the benchmarks, which say so.
set -u

peers=(ncat:ncat ngircd:ngircd mosquitto:mosquitto nats-server:nats-server)
missing=()
for peer in "${peers[@]}"; do
  PATH="$PATH:/usr/sbin" command -v "${peer%%:*}" >/dev/null 2>&1 || missing+=("${peer##*:}")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "benchmark peers: all are there"
  exit 0
fi

sudo=()
if [ "$(id -u)" -ne 0 ]; then sudo=(sudo -n); fi
export DEBIAN_FRONTEND=noninteractive
if "${sudo[@]}" apt-get update -qq >/dev/null 2>&1 &&
  "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
  echo "benchmark peers: installed ${missing[*]}"
else
  echo "benchmark peers: could not install ${missing[*]}: what needs them is skipped"
fi
exit 0
