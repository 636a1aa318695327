package io.millrace.flink.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.encode.BufferedRecord;
import io.millrace.flink.record.RejectedRecord.Stage;
import io.millrace.flink.testing.TestRecords;
import io.millrace.model.encode.Precision;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The records cross the network and live in checkpoints, all fields, without Kryo. */
class RecordSerializationTest {
    private static final TextRecord BARE =
            new TextRecord(null, null, null, null, List.of(), new Origin("in", 0, 0));

    static Stream<Record> records() {
        TokenizedRecord tokenized =
                new TokenizedRecord(TestRecords.full(), new int[] {1, 2}, true, "revision");
        return Stream.of(
                BARE,
                TestRecords.full(),
                TextRecord.delete(new byte[] {1}, List.of(), new Origin("in", 0, 0)),
                tokenized,
                new EmbeddingRecord(BARE, null, 0, false, "id", "revision", Precision.F32),
                new EmbeddingRecord(
                        BARE,
                        new float[] {1, Float.MIN_VALUE},
                        2,
                        true,
                        "id",
                        "revision",
                        Precision.BF16),
                new RejectedRecord(TestRecords.full(), Stage.ENCODE, "a.B", "why"),
                new BufferedRecord(tokenized, 77L),
                new BufferedRecord(
                        new TokenizedRecord(BARE, new int[] {1}, false, "revision"), null));
    }

    @ParameterizedTest
    @MethodSource("records")
    void everyFieldSurvives(Record record) throws Exception {
        assertThat(roundTrip(record)).usingRecursiveComparison().isEqualTo(record);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                TextRecord.class,
                Header.class,
                Origin.class,
                TokenizedRecord.class,
                EmbeddingRecord.class,
                RejectedRecord.class,
                BufferedRecord.class
            })
    void flinkNeedsNoKryo(Class<?> type) {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(type);
    }

    @Test
    void theComparisonAboveSeesArrays() {
        TokenizedRecord one = new TokenizedRecord(BARE, new int[] {1}, false, "revision");
        TokenizedRecord other = new TokenizedRecord(BARE, new int[] {2}, false, "revision");
        assertThat(one).usingRecursiveComparison().isNotEqualTo(other);
    }

    @SuppressWarnings("unchecked")
    private static <T> T roundTrip(T value) throws Exception {
        TypeInformation<T> type = Types.POJO((Class<T>) value.getClass());
        TypeSerializer<T> serializer = type.createSerializer(new SerializerConfigImpl());
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(value, out);
        return serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
    }
}
