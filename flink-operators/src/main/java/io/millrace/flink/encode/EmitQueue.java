package io.millrace.flink.encode;

import io.millrace.flink.options.OutputMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.jspecify.annotations.Nullable;

/**
 * Everything that has arrived and not left, in segments: texts, and what ends them, which is a mark
 * (a watermark or a change of its status) or a delete.
 *
 * <p>Only the first segment's elements leave: texts in the order of arrival, or as they are done if
 * order does not matter, and the end once no text is left before it. So no text ever changes sides
 * with a watermark, nor with the delete of its key.
 */
final class EmitQueue {
    /** A record or a mark. */
    sealed interface Element permits Slot, Mark {}

    /** A watermark or a watermark status. */
    record Mark(StreamElement element) implements Element {}

    private final boolean ordered;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private int elements;
    private long tokens;

    EmitQueue(OutputMode mode) {
        this.ordered =
                switch (mode) {
                    case ORDERED -> true;
                    case ALLOW_UNORDERED -> false;
                };
    }

    void add(Slot slot) {
        if (slot.deletes()) {
            openSegment().end = slot;
        } else {
            openSegment().slots.add(slot);
        }
        elements++;
        tokens += slot.ids().length;
    }

    void add(Mark mark) {
        openSegment().end = mark;
        elements++;
    }

    /** Whether anything may leave now. */
    boolean hasNext() {
        Segment head = segments.peek();
        return head != null && (head.slots.isEmpty() || head.next(ordered) != null);
    }

    /** What may leave now, removed from here; null if that is nothing. */
    @Nullable Element poll() {
        Segment head = segments.peek();
        if (head == null) {
            return null;
        }
        if (head.slots.isEmpty()) {
            segments.remove();
            elements--;
            return head.end;
        }
        Slot slot = head.next(ordered);
        if (slot != null) {
            head.slots.remove(slot);
            elements--;
            tokens -= slot.ids().length;
            if (head.slots.isEmpty() && head.end == null) {
                segments.remove();
            }
        }
        return slot;
    }

    /** Records that have not left, in the order of arrival. */
    List<BufferedRecord> records() {
        List<BufferedRecord> records = new ArrayList<>(elements);
        for (Segment segment : segments) {
            for (Slot slot : segment.slots) {
                records.add(slot.buffered());
            }
            if (segment.end instanceof Slot delete) {
                records.add(delete.buffered());
            }
        }
        return records;
    }

    boolean isEmpty() {
        return elements == 0;
    }

    /** Records and marks that have not left. */
    int elements() {
        return elements;
    }

    /** Tokens of the records that have not left, without padding. */
    long tokens() {
        return tokens;
    }

    private Segment openSegment() {
        Segment last = segments.peekLast();
        if (last == null || last.end != null) {
            last = new Segment();
            segments.add(last);
        }
        return last;
    }

    /** Has texts or an end, or both. */
    private static final class Segment {
        final LinkedHashSet<Slot> slots = new LinkedHashSet<>();
        @Nullable Element end;

        /** The text that leaves next; null while it is not done. */
        @Nullable Slot next(boolean ordered) {
            for (Slot slot : slots) {
                if (slot.isDone()) {
                    return slot;
                }
                if (ordered) {
                    return null;
                }
            }
            return null;
        }
    }
}
