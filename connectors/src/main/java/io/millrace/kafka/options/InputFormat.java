package io.millrace.kafka.options;

/** What a record's value is. */
public enum InputFormat {
    /** UTF-8 text, all of it to be encoded. */
    TEXT,
    /** A JSON object; one field of it is the text. */
    JSON,
    /** A JSON array of token ids, special tokens included. */
    TOKEN_IDS
}
