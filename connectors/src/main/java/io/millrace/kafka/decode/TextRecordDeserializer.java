package io.millrace.kafka.decode;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.flink.record.Header;
import io.millrace.flink.record.Origin;
import io.millrace.flink.record.TextRecord;
import io.millrace.kafka.decode.ValueDecoder.Decoded;
import io.millrace.kafka.options.InputFormat;
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
    private transient ValueDecoder decoder;

    /**
     * Reads values of this format.
     *
     * @param textField JSON Pointer to the text, for JSON
     */
    @SuppressWarnings("NullAway.Init") // the decoder is made where the job runs, in open()
    public TextRecordDeserializer(InputFormat format, String textField) {
        this.format = format;
        this.textField = textField;
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
            Decoded decoded = decoder.decode(record.value());
            return new DecodedRecord(textRecord(record, decoded), null, null);
        } catch (DecodeException e) {
            return new DecodedRecord(
                    textRecord(record, new Decoded(null, null)),
                    e.getClass().getName(),
                    e.getMessage());
        }
    }

    private static TextRecord textRecord(ConsumerRecord<byte[], byte[]> record, Decoded decoded) {
        List<Header> headers = new ArrayList<>();
        record.headers().forEach(header -> headers.add(new Header(header.key(), header.value())));
        return new TextRecord(
                record.key(),
                decoded.text(),
                decoded.tokenIds(),
                record.value(),
                headers,
                new Origin(record.topic(), record.partition(), record.offset()));
    }

    @Override
    public TypeInformation<DecodedRecord> getProducedType() {
        return Types.POJO(DecodedRecord.class);
    }
}
