#!/bin/sh
# The whole round trip with curl: send, wait, read, acknowledge, and keep the proof.
#   round_trip.sh URL CA SENDER_CERT SENDER_KEY RECIPIENT_CERT RECIPIENT_KEY ENVELOPE PROOF
set -eu
url=$1 ca=$2
sender() { curl -sS --fail-with-body --cacert "$ca" --cert "$cert1" --key "$key1" "$@"; }
recipient() { curl -sS --fail-with-body --cacert "$ca" --cert "$cert2" --key "$key2" "$@"; }
cert1=$3 key1=$4 cert2=$5 key2=$6 envelope=$7 proof=$8

id=$(sender -H 'Content-Type: application/cloudevents+json' --data-binary "@$envelope" \
  "$url/v1/messages" | sed 's/.*"messageId":"\([^"]*\)".*/\1/')
# Answers as soon as something waits; an empty page means: ask again.
recipient "$url/v1/inbox?wait=60" | grep -q "$id"
recipient -H 'Accept: application/cloudevents+json' "$url/v1/inbox/$id" > "$proof.message"
recipient -H 'Content-Type: application/json' -d '{"outcome":"taken"}' \
  "$url/v1/inbox/$id/acknowledgement" > /dev/null
sender "$url/v1/messages/$id/receipt" > "$proof"
sender "$url/v1/messages/$id" | grep -q '"state":"taken"'
echo "$id taken"
