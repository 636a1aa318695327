package io.millrace.cli.shell;

/** What {@code --precision} takes where a command has options of its own. */
public final class PrecisionArgument {
    public static final String LABEL = "f32|bf16";
    public static final String DESCRIPTION =
            "What the model computes with. bf16 takes half the memory for weights and is faster where"
                    + " the processor multiplies such numbers itself; its vectors are near those of"
                    + " f32, not equal. Default: f32.";

    private PrecisionArgument() {}
}
