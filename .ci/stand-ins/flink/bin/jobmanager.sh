#!/bin/bash
# jobmanager.sh start-foreground OPTION...
set -euo pipefail
. /opt/flink/bin/config.sh
{ read -r memory; read -r dynamic; } < <(java_utils GET_JM_RESOURCE_PARAMS "${@:2}")
# Word splitting is meant: the line holds several options.
# shellcheck disable=SC2086
start org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint log4j-console.properties \
    "${FLINK_ENV_JAVA_OPTS_JM:-$(configured env.java.opts.jobmanager)} $memory" \
    --configDir "$FLINK_CONF_DIR" --executionMode cluster "${@:2}" $dynamic
