#!/usr/bin/env bash
# Prints a livekit-server configuration that keeps everything on loopback.
#   livekit-config.sh HTTP_PORT UDP_PORT KEY SECRET WEBHOOK_URL
# `stun_servers` names an address where nobody listens: without it the server hands public STUN names to clients.
# TCP media is off, because that port cannot be bound to loopback.
set -euo pipefail
[ "$#" = 5 ] || { echo "usage: livekit-config.sh HTTP_PORT UDP_PORT KEY SECRET WEBHOOK_URL" >&2; exit 1; }
cat <<YAML
port: $1
bind_addresses: ["127.0.0.1"]
keys:
  $3: $4
rtc:
  udp_port: $2
  tcp_port: 0
  node_ip: 127.0.0.1
  use_external_ip: false
  enable_loopback_candidate: true
  interfaces: {includes: [lo]}
  ips: {includes: [127.0.0.0/8]}
  use_ice_lite: true
  stun_servers: ["127.0.0.1:3478"]
webhook:
  api_key: $3
  urls: ["$5"]
logging:
  level: warn
YAML
