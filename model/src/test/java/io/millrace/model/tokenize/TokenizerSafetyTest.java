package io.millrace.model.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.ModelException;
import io.millrace.model.fuzz.RandomCharsmap;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.ModelCopy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each of these tokenizers ended the process when it was opened, or on some text. */
class TokenizerSafetyTest {
    @TempDir Path temp;

    private static Arguments refused(String change, String pointer, String json, String message) {
        return Arguments.of(change, pointer, json, message);
    }

    static Stream<Arguments> unsafe() {
        String sound = Base64.getEncoder().encodeToString(RandomCharsmap.of("x"));
        return Stream.of(
                refused(
                        "a replaced pattern of no width",
                        "/normalizer",
                        "{'type':'Replace','pattern':{'Regex':'x*'},'content':'-'}",
                        "a pattern to replace that takes at least one character, found x*"),
                refused(
                        "an empty text replaced, in a sequence",
                        "/normalizer",
                        "{'type':'Sequence','normalizers':[{'type':'Replace','pattern':{'String':''},'content':'-'}]}",
                        "a text to replace, found an empty one"),
                refused(
                        "a step of no known type",
                        "/normalizer",
                        "{'type':'Whatever','pattern':{'Regex':'^'},'content':'-'}",
                        "a pattern to replace that takes at least one character, found ^"),
                refused(
                        "nothing prepended",
                        "/normalizer",
                        "{'type':'Prepend','prepend':''}",
                        "something to prepend, found nothing"),
                refused(
                        "a text that doubles forty times",
                        "/normalizer",
                        "{'type':'Sequence','normalizers':[%s]}"
                                .formatted(
                                        String.join(
                                                ",",
                                                Collections.nCopies(
                                                        40,
                                                        "{'type':'Replace','pattern':{'String':'a'},'content':'aa'}"))),
                        "steps that bear a text of 4096 characters"),
                refused(
                        "an empty table",
                        "/normalizer",
                        "{'type':'Precompiled','precompiled_charsmap':''}",
                        "an undamaged precompiled_charsmap, found a trie of 0 units"),
                refused(
                        "a table that is no Base64",
                        "/normalizer",
                        "{'type':'Precompiled','precompiled_charsmap':'%'}",
                        "an undamaged precompiled_charsmap"),
                refused(
                        "a table without its texts",
                        "/normalizer",
                        "{'type':'Precompiled','precompiled_charsmap':'%s'}"
                                .formatted(sound.substring(0, sound.length() - 16)),
                        "an undamaged precompiled_charsmap, found a leaf that points to no text"),
                refused(
                        "a pattern that goes back without end",
                        "/pre_tokenizer",
                        "{'type':'Split','pattern':{'Regex':'(a+)+b'},'behavior':'Isolated','invert':false}",
                        "a pattern whose time is bounded by the length of a text, found a repeated group"),
                refused(
                        "pieces of no length",
                        "/pre_tokenizer",
                        "{'type':'FixedLength','length':0}",
                        "a length of at least 1, found 0"),
                refused(
                        "a mark that the template does not have",
                        "/post_processor/special_tokens",
                        "{}",
                        "post_processor.special_tokens: ids and as many tokens of [CLS], found none"),
                refused(
                        "a second text where there is one",
                        "/post_processor/single",
                        "[{'Sequence':{'id':'B','type_id':0}}]",
                        "only the sequence A, found \"B\""),
                refused(
                        "a template after a template",
                        "/post_processor",
                        "{'type':'Sequence','processors':[%s,%s]}"
                                .formatted(template("A"), template("A")),
                        "post_processor: one template, found another after it"),
                refused(
                        "merges without their prefix",
                        "/model",
                        "{'type':'BPE','vocab':{'a':0,'b':1,'ab':2},'merges':[['a','b']],'continuing_subword_prefix':'##'}",
                        "second tokens that begin with ##, found \"b\""),
                refused(
                        "words of any length",
                        "/model/max_input_chars_per_word",
                        "1000000000",
                        "model.max_input_chars_per_word: at most 10000"),
                refused(
                        "a token as deep as a stack",
                        "/model",
                        "{'type':'Unigram','unk_id':0,'vocab':[['%s',0]]}"
                                .formatted("a".repeat(100_000)),
                        "model.vocab: tokens of at most 1000 characters"),
                refused(
                        "a token of which the normalizer leaves nothing",
                        "/added_tokens",
                        "[%s]".formatted(added("\\u00ad", true, false, false)),
                        "a token of which the normalizer leaves something"),
                refused(
                        "a token of spaces that takes in the spaces around it",
                        "/added_tokens",
                        "[%s,%s]"
                                .formatted(
                                        added("[A]", false, false, true),
                                        added(" ", false, true, false)),
                        "added_tokens: no token of spaces with lstrip or rstrip"),
                refused(
                        "a token of a page",
                        "/added_tokens",
                        "[%s]".formatted(added("a".repeat(1001), false, false, false)),
                        "added_tokens: tokens of at most 1000 characters"));
    }

    private static String template(String sequence) {
        return "{'type':'TemplateProcessing','single':[{'Sequence':{'id':'%s','type_id':0}}],'pair':[],'special_tokens':{}}"
                .formatted(sequence);
    }

    private static String added(
            String content, boolean normalized, boolean lstrip, boolean rstrip) {
        return "{'id':1,'content':'%s','single_word':false,'lstrip':%s,'rstrip':%s,'normalized':%s,'special':false}"
                .formatted(content, lstrip, rstrip, normalized);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unsafe")
    void isRefusedWhenItIsOpened(String change, String pointer, String json, String message) {
        ModelCopy copy =
                model(
                        tokenizer -> {
                            int end = pointer.lastIndexOf('/');
                            ((ObjectNode) tokenizer.at(pointer.substring(0, end)))
                                    .set(pointer.substring(end + 1), Json.tree(json));
                        });
        assertThatThrownBy(() -> ModelDirectory.open(copy.directory()))
                .as(change)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tokenizer.json: expected")
                .hasMessageContaining(message);
    }

    private ModelCopy model(Consumer<ObjectNode> change) {
        return ModelCopy.of("bert-mean", temp.resolve("model"))
                .edit(
                        "tokenizer_config.json",
                        json -> json.put("tokenizer_class", "PreTrainedTokenizerFast"))
                .edit("tokenizer.json", change);
    }

    @Test
    void aSoundTableIsTaken() {
        String table = Base64.getEncoder().encodeToString(RandomCharsmap.of("the"));
        ModelCopy copy =
                model(
                        tokenizer ->
                                tokenizer
                                        .putObject("normalizer")
                                        .put("type", "Precompiled")
                                        .put("precompiled_charsmap", table));
        TokenizerSettings settings = ModelDirectory.open(copy.directory()).tokenizer();
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings)) {
            assertThat(tokenizer.tokenize("é水").ids())
                    .containsExactly(tokenizer.tokenize("thethe").ids());
        }
    }

    /** The library reads a key that is there twice twice, the first one too. */
    @Test
    void ofAKeyThatIsThereTwiceOnlyTheLastIsRead() throws Exception {
        ModelCopy copy = model(tokenizer -> {});
        String json = Files.readString(copy.directory().resolve("tokenizer.json"));
        String twice =
                json.replaceFirst(
                        "\\{",
                        "{\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"%\"},");
        copy.write("tokenizer.json", twice);
        TokenizerSettings settings = ModelDirectory.open(copy.directory()).tokenizer();
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings)) {
            assertThat(tokenizer.tokenize("the wheel").ids()).hasSizeGreaterThan(3);
        }
    }

    @Test
    void whatOneTextDoesNotHaveInTheVocabularyIsThatTextsFault() {
        ModelCopy copy =
                model(
                        tokenizer ->
                                tokenizer.set(
                                        "model",
                                        Json.tree(
                                                "{'type':'WordLevel','unk_token':'none','vocab':{'a':0,'b':2147483647}}")));
        TokenizerSettings settings = ModelDirectory.open(copy.directory()).tokenizer();
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings)) {
            assertThat(tokenizer.tokenize("a a").ids()).contains(0);
            assertThatThrownBy(() -> tokenizer.tokenize("水"))
                    .isInstanceOf(TextException.class)
                    .hasMessageContaining("Missing [UNK] token");
            assertThatThrownBy(() -> tokenizer.tokenize("b"))
                    .isInstanceOf(TextException.class)
                    .hasMessageContaining("found 2147483647 at position 1");
        }
    }

    @Test
    void aPatternThatStartsAgainAtEveryCharacterBearsShorterTexts() {
        ModelCopy copy =
                model(
                        tokenizer ->
                                tokenizer
                                        .putNull("normalizer")
                                        .set(
                                                "pre_tokenizer",
                                                Json.tree(
                                                        "{'type':'Split','pattern':{'Regex':' +x'},'behavior':'Isolated','invert':false}")));
        TokenizerSettings settings = ModelDirectory.open(copy.directory()).tokenizer();
        assertThat(settings.maxChars()).isBetween(1000, 20_000);
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings)) {
            assertThat(tokenizer.tokenize("a b").ids()).isNotEmpty();
            assertThatThrownBy(() -> tokenizer.tokenize("a" + " ".repeat(100_000) + "b"))
                    .isInstanceOf(TextException.class)
                    .hasMessage(
                            "expected at most %d characters, or as many with more than %d tokens, found 100002"
                                    .formatted(settings.maxChars(), settings.maxTokens() + 64));
        }
    }
}
