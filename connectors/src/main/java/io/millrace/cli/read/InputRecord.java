package io.millrace.cli.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One text to embed, or a line that holds none. Exactly one of {@code text} and {@code error} is
 * set.
 *
 * @param id the record's own, or its line's number from 0
 * @param others fields that pass through; empty where there are none
 * @param text what to embed
 * @param error why there is nothing to embed; never quotes the line
 */
public record InputRecord(
        JsonNode id, ObjectNode others, @Nullable String text, @Nullable String error) {}
