#!/bin/bash
# docker-entrypoint.sh jobmanager|taskmanager|COMMAND ARGUMENT...
set -euo pipefail
. /opt/flink/bin/config.sh

export LD_PRELOAD=${LD_PRELOAD:-}:/usr/lib/x86_64-linux-gnu/libjemalloc.so.2

options=(
    "-Djobmanager.rpc.address=${JOB_MANAGER_RPC_ADDRESS:-$(hostname -f)}"
    -Dblob.server.port=6124
    -Dquery.server.port=6125
)
if [[ -n ${TASK_MANAGER_NUMBER_OF_TASK_SLOTS:-} ]]; then
    options+=("-Dtaskmanager.numberOfTaskSlots=$TASK_MANAGER_NUMBER_OF_TASK_SLOTS")
fi
# The official image, too, takes out every blank: a value of several words cannot be given this way.
while IFS=: read -r key value; do
    if [[ -n $key ]]; then
        options+=("-D$key=$(envsubst <<<"$value")")
    fi
done < <(tr -d ' \t\r' <<<"${FLINK_PROPERTIES:-}")
configuration=$(java_utils UPDATE_AND_GET_FLINK_CONFIGURATION "${options[@]}")
echo "$configuration" >"$FLINK_CONF_DIR/config.yaml"

case ${1:-help} in
    help)
        echo 'Usage: docker-entrypoint.sh (jobmanager|taskmanager|COMMAND) ARGUMENT...'
        ;;
    jobmanager | taskmanager)
        exec "/opt/flink/bin/$1.sh" start-foreground "${@:2}"
        ;;
    *)
        exec "$@"
        ;;
esac
