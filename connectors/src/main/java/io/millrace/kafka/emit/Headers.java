package io.millrace.kafka.emit;

import io.millrace.flink.record.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Headers that pass through, and ours after them. */
final class Headers {
    private final List<Header> headers = new ArrayList<>();

    /** Begins with those headers that are not forged: no one else's word stands for ours. */
    Headers(List<Header> passing, Predicate<String> ours) {
        for (Header header : passing) {
            if (!ours.test(header.name())) {
                headers.add(header);
            }
        }
    }

    Headers add(String name, Object value) {
        headers.add(new Header(name, value.toString().getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    List<Header> list() {
        return headers;
    }
}
