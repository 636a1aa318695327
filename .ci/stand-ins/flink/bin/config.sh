# What the other scripts share: paths, class path, options of the JVM. Sourced, never run.
FLINK_HOME=/opt/flink
FLINK_CONF_DIR=${FLINK_CONF_DIR:-$FLINK_HOME/conf}

# Every jar under lib, in subfolders too.
flink_class_path() {
    find -L "$FLINK_HOME/lib" -type f -name '*.jar' | sort | paste -s -d :
}

# java_utils COMMAND OPTION...: Flink's own reading of its configuration, one result a line.
java_utils() {
    local marker=BASH_JAVA_UTILS_EXEC_RESULT: output
    output=$(java -cp "$(flink_class_path)" org.apache.flink.runtime.util.bash.BashJavaUtils "$1" \
        --configDir "$FLINK_CONF_DIR" "${@:2}" 2>&1)
    if ! grep -q "^$marker" <<<"$output"; then
        echo "$output" >&2
        return 1
    fi
    sed -n "s/^$marker//p" <<<"$output"
}

# configured KEY: its value, or nothing.
configured() {
    java_utils UPDATE_AND_GET_FLINK_CONFIGURATION -flatten | sed -n "s/^$1: *//p" | sed "s/^[\"']//; s/[\"']\$//"
}

# start CLASS LOG_CONFIGURATION JVM_OPTIONS ARGUMENT...
start() {
    local class=$1 logging=$2
    # Word splitting is meant: each of these holds several options.
    # shellcheck disable=SC2086
    exec java ${JVM_ARGS:-} ${FLINK_ENV_JAVA_OPTS:-$(configured env.java.opts.all)} $3 \
        -Dlog4j.configurationFile="file:$FLINK_CONF_DIR/$logging" \
        -cp "$(flink_class_path)" "$class" "${@:4}"
}
