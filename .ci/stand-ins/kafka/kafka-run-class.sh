#!/bin/bash
# kafka-run-class.sh CLASS ARGUMENT...
set -euo pipefail
config=${KAFKA_LOG4J_CONFIG:-/etc/kafka/docker/tools-log4j2.yaml}
# Word splitting is meant: each of these holds several options.
# shellcheck disable=SC2086
exec java ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_OPTS:-} -Dlog4j2.configurationFile="$config" -cp '/opt/kafka/libs/*' "$@"
