package io.millrace.model.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.ModelCopy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a directory is left out, and when that is more than a side note. */
class RemarksTest {
    @TempDir Path temp;

    private static Remarks remarks(String architecture, List<String> stored, Set<String> asked) {
        JsonFile config =
                JsonFile.parse(
                                "config.json",
                                "{\"architectures\": [\"%s\"]}".formatted(architecture),
                                new Problems(Path.of("")))
                        .orElseThrow();
        return Remarks.of(config, Set.copyOf(stored), asked, true, 512);
    }

    @Test
    void tensorsAreNamedByWhatOnlyTheyBeginWith() {
        Set<String> asked = Set.of("bert.embeddings.word.weight", "bert.encoder.layer.0.weight");
        List<String> stored = new ArrayList<>(asked);
        stored.addAll(
                List.of(
                        "bert.embeddings.position_ids",
                        "bert.encoder.layer.1.weight",
                        "bert.encoder.layer.1.bias",
                        "bert.pooler.dense.weight",
                        "bert.pooler.dense.bias",
                        "cls.predictions.bias",
                        "cls.predictions.transform.dense.weight",
                        "temperature"));
        assertThat(remarks("BertForMaskedLM", stored, asked).unused())
                .isEqualTo(
                        Map.of(
                                "bert.embeddings.position_ids",
                                1,
                                "bert.encoder.layer.1.*",
                                2,
                                "bert.pooler.*",
                                2,
                                "cls.*",
                                2,
                                "temperature",
                                1));
    }

    @ParameterizedTest
    @CsvSource({
        "BertForSequenceClassification, classifier.weight, true",
        "BertForSequenceClassification, bert.pooler.dense.weight, false",
        "RobertaForTokenClassification, classifier.weight, true",
        "BertForQuestionAnswering, qa_outputs.weight, true",
        "BertForMultipleChoice, classifier.weight, true",
        "BertForNextSentencePrediction, cls.seq_relationship.weight, true",
        "Qwen2ForSequenceClassification, score.weight, true",
        "JinaForRanking, projector.weight, true",
        "BertForMaskedLM, cls.predictions.bias, false",
        "BertForPreTraining, cls.seq_relationship.weight, false",
        "Qwen3ForCausalLM, lm_head.weight, false",
        "T5ForConditionalGeneration, decoder.block.0.weight, false",
        "BertModel, classifier.weight, false",
    })
    void onlyAHeadThatTheDirectoryWasMadeForIsWarnedOf(
            String architecture, String tensor, boolean warned) {
        Set<String> asked = Set.of("bert.embeddings.weight");
        Remarks remarks = remarks(architecture, List.of("bert.embeddings.weight", tensor), asked);
        assertThat(remarks.unused()).hasSize(1);
        assertThat(remarks.unusedHead().isEmpty()).isEqualTo(!warned);
        assertThat(remarks.warnings()).hasSize(warned ? 1 : 0);
    }

    @Test
    void anEncoderThatIsMeantBesideItsHeadsIsNotWarnedOf() {
        JsonFile config =
                JsonFile.parse(
                                "config.json",
                                "{\"architectures\": [\"NewModel\", \"NewForTokenClassification\"]}",
                                new Problems(Path.of("")))
                        .orElseThrow();
        assertThat(Remarks.of(config, Set.of("classifier.weight"), Set.of(), true, 9).warnings())
                .isEmpty();
    }

    @Test
    void aDirectorySaysWhatOfItIsLeftOut() {
        ModelCopy copy = ModelCopy.of("bert-saved-with-head", temp.resolve("head"));
        Remarks remarks = ModelDirectory.open(copy.directory()).remarks();
        assertThat(remarks.architectures()).containsExactly("BertModel");
        assertThat(remarks.unused()).isEqualTo(Map.of("cls.*", 5));
        assertThat(remarks.warnings()).isEmpty();

        copy.edit(
                "config.json",
                json ->
                        json.withArray("architectures")
                                .removeAll()
                                .add("BertForSequenceClassification"));
        assertThat(ModelDirectory.open(copy.directory()).remarks().warnings())
                .containsExactly(
                        "made for BertForSequenceClassification, but only its encoder is run: cls.*"
                                + " not used, and what comes out are vectors, no scores or labels");
    }

    @Test
    void aLengthThatNobodyGivesIsSaid() {
        ModelCopy copy = ModelCopy.of("t5", temp.resolve("t5"));
        copy.delete("sentence_bert_config.json").write("tokenizer_config.json", "{}");
        ModelDirectory directory = ModelDirectory.open(copy.directory());
        assertThat(directory.tokenizer().maxTokens()).isEqualTo(4096);
        assertThat(directory.remarks().warnings())
                .singleElement()
                .asString()
                .contains("no file says how long", "4096");

        copy.edit("config.json", json -> json.put("max_position_embeddings", 40));
        assertThat(ModelDirectory.open(copy.directory()).tokenizer().maxTokens()).isEqualTo(40);

        copy.write("tokenizer_config.json", "{\"model_max_length\": 9000}");
        assertThat(ModelDirectory.open(copy.directory()).tokenizer().maxTokens()).isEqualTo(40);

        copy.edit("config.json", json -> json.remove("max_position_embeddings"));
        directory = ModelDirectory.open(copy.directory());
        assertThat(directory.tokenizer().maxTokens()).isEqualTo(9000);
        assertThat(directory.remarks().warnings()).isEmpty();
    }
}
