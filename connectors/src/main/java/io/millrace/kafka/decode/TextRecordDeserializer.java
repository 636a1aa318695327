package io.millrace.kafka.decode;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.flink.record.Header;
import io.millrace.flink.record.Origin;
import io.millrace.flink.record.TextRecord;
import io.millrace.kafka.decode.ValueDecoder.Decoded;
import io.millrace.kafka.options.InputFormat;
import io.millrace.kafka.options.NullValues;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Kafka's records to texts. Never throws over a record's content: an exception here would fail the
 * job, and after the restart fail it again over the same record. What cannot be read comes out with
 * the reason, see {@link DecodeFunction}.
 */
public final class TextRecordDeserializer
        implements KafkaRecordDeserializationSchema<DecodedRecord> {
    private static final long serialVersionUID = 1L;

    private final InputFormat format;
    private final String textField;
    private final NullValues nullValues;
    private transient ValueDecoder decoder;

    /**
     * Reads values of this format.
     *
     * @param textField JSON Pointer to the text, for JSON
     * @param nullValues what becomes of a record that has none
     */
    @SuppressWarnings("NullAway.Init") // the decoder is made where the job runs, in open()
    public TextRecordDeserializer(InputFormat format, String textField, NullValues nullValues) {
        this.format = format;
        this.textField = textField;
        this.nullValues = nullValues;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        open();
    }

    void open() {
        decoder = new ValueDecoder(format, JsonPointer.compile(textField));
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<DecodedRecord> out) {
        out.collect(decode(record));
    }

    private DecodedRecord decode(ConsumerRecord<byte[], byte[]> record) {
        try {
            return new DecodedRecord(
                    record.value() == null
                            ? delete(record)
                            : textRecord(record, decoder.decode(record.value())),
                    null,
                    null);
        } catch (DecodeException e) {
            return new DecodedRecord(
                    textRecord(record, new Decoded(null, null)),
                    e.getClass().getName(),
                    e.getMessage());
        }
    }

    private TextRecord delete(ConsumerRecord<byte[], byte[]> record) throws DecodeException {
        if (nullValues == NullValues.DEAD_LETTER) {
            throw new DecodeException("expected a value, found none (a tombstone)");
        }
        if (record.key() == null) {
            throw new DecodeException(
                    "expected a value, or a key whose text it deletes, found neither");
        }
        return TextRecord.delete(record.key(), headers(record), origin(record));
    }

    private static TextRecord textRecord(ConsumerRecord<byte[], byte[]> record, Decoded decoded) {
        return new TextRecord(
                record.key(),
                decoded.text(),
                decoded.tokenIds(),
                record.value(),
                headers(record),
                origin(record));
    }

    private static List<Header> headers(ConsumerRecord<byte[], byte[]> record) {
        List<Header> headers = new ArrayList<>();
        record.headers().forEach(header -> headers.add(new Header(header.key(), header.value())));
        return headers;
    }

    private static Origin origin(ConsumerRecord<byte[], byte[]> record) {
        return new Origin(record.topic(), record.partition(), record.offset());
    }

    @Override
    public TypeInformation<DecodedRecord> getProducedType() {
        return Types.POJO(DecodedRecord.class);
    }
}
