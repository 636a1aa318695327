#!/bin/bash
# taskmanager.sh start-foreground OPTION...
set -euo pipefail
. /opt/flink/bin/config.sh
{ read -r memory; read -r dynamic; } < <(java_utils GET_TM_RESOURCE_PARAMS "${@:2}")
# Word splitting is meant: the line holds several options.
# shellcheck disable=SC2086
start org.apache.flink.runtime.taskexecutor.TaskManagerRunner log4j-console.properties \
    "${FLINK_ENV_JAVA_OPTS_TM:-$(configured env.java.opts.taskmanager)} $memory" \
    --configDir "$FLINK_CONF_DIR" "${@:2}" $dynamic
