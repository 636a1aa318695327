package io.millrace.model.read;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the reference's classes reads the tokenizer: <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/auto/tokenization_auto.py">tokenization_auto.py</a>.
 * Most of them take the vocabulary and little else from {@code tokenizer.json}.
 */
enum TokenizerClass {
    /** {@code tokenizer.json} decides. */
    AS_IT_IS(""),
    BERT("WordPiece"),
    MPNET("WordPiece"),
    ROBERTA("BPE"),
    GPT2("BPE"),
    QWEN2("BPE"),
    LLAMA("BPE"),
    GEMMA("BPE"),
    XLM_ROBERTA("Unigram"),
    CAMEMBERT("Unigram"),
    ALBERT("Unigram"),
    T5("Unigram"),
    DEBERTA_V2("Unigram");

    private static final String FAST = "Fast";

    private static final Map<String, TokenizerClass> BY_NAME =
            Map.ofEntries(
                    Map.entry("PreTrainedTokenizer", AS_IT_IS),
                    Map.entry("TokenizersBackend", AS_IT_IS),
                    Map.entry("BertTokenizer", BERT),
                    Map.entry("DistilBertTokenizer", BERT),
                    Map.entry("ElectraTokenizer", BERT),
                    Map.entry("MobileBertTokenizer", BERT),
                    Map.entry("ConvBertTokenizer", BERT),
                    Map.entry("MPNetTokenizer", MPNET),
                    Map.entry("RobertaTokenizer", ROBERTA),
                    Map.entry("BartTokenizer", ROBERTA),
                    Map.entry("LongformerTokenizer", ROBERTA),
                    Map.entry("GPT2Tokenizer", GPT2),
                    Map.entry("Qwen2Tokenizer", QWEN2),
                    Map.entry("LlamaTokenizer", LLAMA),
                    Map.entry("GemmaTokenizer", GEMMA),
                    Map.entry("XLMRobertaTokenizer", XLM_ROBERTA),
                    Map.entry("CamembertTokenizer", CAMEMBERT),
                    Map.entry("AlbertTokenizer", ALBERT),
                    Map.entry("T5Tokenizer", T5),
                    Map.entry("DebertaV2Tokenizer", DEBERTA_V2));

    /** The reference has these too, each with an idea of its own. */
    private static final Set<String> OTHERS =
            Set.of(
                    "BarthezTokenizer",
                    "BartphoTokenizer",
                    "BertGenerationTokenizer",
                    "BertJapaneseTokenizer",
                    "BertweetTokenizer",
                    "BigBirdTokenizer",
                    "BioGptTokenizer",
                    "BlenderbotTokenizer",
                    "BlenderbotSmallTokenizer",
                    "ByT5Tokenizer",
                    "CLIPTokenizer",
                    "CTRLTokenizer",
                    "CanineTokenizer",
                    "CodeGenTokenizer",
                    "CodeLlamaTokenizer",
                    "CohereTokenizer",
                    "CpmAntTokenizer",
                    "CpmTokenizer",
                    "DPRContextEncoderTokenizer",
                    "DPRQuestionEncoderTokenizer",
                    "DPRReaderTokenizer",
                    "DebertaTokenizer",
                    "EsmTokenizer",
                    "EsmcTokenizer",
                    "FNetTokenizer",
                    "FSMTTokenizer",
                    "FlaubertTokenizer",
                    "FunnelTokenizer",
                    "GPTNeoXTokenizer",
                    "GPTSw3Tokenizer",
                    "HerbertTokenizer",
                    "LayoutLMv2Tokenizer",
                    "LayoutLMv3Tokenizer",
                    "LayoutXLMTokenizer",
                    "LukeTokenizer",
                    "M2M100Tokenizer",
                    "MBart50Tokenizer",
                    "MBartTokenizer",
                    "MLukeTokenizer",
                    "MarianTokenizer",
                    "MarkupLMTokenizer",
                    "MistralCommonBackend",
                    "MyT5Tokenizer",
                    "NllbTokenizer",
                    "NougatTokenizer",
                    "OpenAIGPTTokenizer",
                    "PLBartTokenizer",
                    "ParakeetTokenizer",
                    "PegasusTokenizer",
                    "PerceiverTokenizer",
                    "PhobertTokenizer",
                    "ProphetNetTokenizer",
                    "Qwen3_5Tokenizer",
                    "RagTokenizer",
                    "ReformerTokenizer",
                    "RemBertTokenizer",
                    "RoCBertTokenizer",
                    "RoFormerTokenizer",
                    "SeamlessM4TTokenizer",
                    "Siglip2Tokenizer",
                    "SiglipTokenizer",
                    "SplinterTokenizer",
                    "TapasTokenizer",
                    "UdopTokenizer",
                    "XGLMTokenizer",
                    "XLMTokenizer",
                    "XLNetTokenizer");

    /** The class that belongs to a model type. */
    private static final Map<String, String> BY_MODEL_TYPE =
            Map.ofEntries(
                    Map.entry("albert", "AlbertTokenizer"),
                    Map.entry("bert", "BertTokenizer"),
                    Map.entry("camembert", "CamembertTokenizer"),
                    Map.entry("deberta-v2", "DebertaV2Tokenizer"),
                    Map.entry("distilbert", "BertTokenizer"),
                    Map.entry("electra", "BertTokenizer"),
                    Map.entry("gemma", "GemmaTokenizer"),
                    Map.entry("gemma2", "GemmaTokenizer"),
                    Map.entry("gemma3_text", "GemmaTokenizer"),
                    Map.entry("gpt2", "GPT2Tokenizer"),
                    Map.entry("gte", "XLMRobertaTokenizer"),
                    Map.entry("jina_embeddings_v3", "XLMRobertaTokenizer"),
                    Map.entry("mistral", "TokenizersBackend"),
                    Map.entry("modernbert", "TokenizersBackend"),
                    Map.entry("mpnet", "MPNetTokenizer"),
                    Map.entry("mt5", "T5Tokenizer"),
                    Map.entry("nomic_bert", "BertTokenizer"),
                    Map.entry("qwen2", "Qwen2Tokenizer"),
                    Map.entry("qwen3", "Qwen2Tokenizer"),
                    Map.entry("roberta", "RobertaTokenizer"),
                    Map.entry("t5", "T5Tokenizer"),
                    Map.entry("umt5", "TokenizersBackend"),
                    Map.entry("xlm-roberta", "XLMRobertaTokenizer"),
                    Map.entry("xlm-roberta-xl", "TokenizersBackend"));

    /** Model types of which too many directories name a wrong class. */
    private static final Set<String> NOT_BELIEVED = Set.of("modernbert", "qwen2");

    private final String kind;

    TokenizerClass(String kind) {
        this.kind = kind;
    }

    /** The kind of model that the class builds; empty: any. */
    String kind() {
        return kind;
    }

    /**
     * The class of a directory; a class that is not known here is noted.
     *
     * @param tokenizer {@code tokenizer_config.json}
     * @param model {@code config.json}
     */
    static TokenizerClass of(JsonFile tokenizer, JsonFile model) {
        String modelType = model.text("model_type", "");
        Optional<String> registered = Optional.ofNullable(BY_MODEL_TYPE.get(modelType));
        JsonFile file = tokenizer.has("tokenizer_class") ? tokenizer : model;
        String named = file.text("tokenizer_class", "");
        String simple = named.endsWith(FAST) ? named.substring(0, named.length() - 4) : named;
        if (!tokenizer.get("auto_map").path("AutoTokenizer").isMissingNode()
                && !BY_NAME.containsKey(simple)) {
            tokenizer.problem("auto_map", "no AutoTokenizer, which is code of the directory's own");
        }
        if (simple.isEmpty()) {
            return registered.map(BY_NAME::get).orElse(AS_IT_IS);
        }
        if (registered.isPresent() && !registered.get().equals(simple)) {
            boolean own = BY_NAME.get(registered.get()) != AS_IT_IS;
            if (!own) {
                return AS_IT_IS;
            }
            simple = NOT_BELIEVED.contains(modelType) ? registered.get() : simple;
        }
        if (OTHERS.contains(simple)) {
            file.problem(
                    "tokenizer_class",
                    "one that Millrace builds as the reference does (one of %s), or"
                                    .formatted(
                                            String.join(
                                                    ", ",
                                                    BY_NAME.keySet().stream().sorted().toList()))
                            + " PreTrainedTokenizerFast, with which tokenizer.json decides");
        }
        // A class that nobody knows means the same as none.
        return BY_NAME.getOrDefault(simple, AS_IT_IS);
    }
}
