package io.millrace.model.fuzz;

import java.util.List;
import java.util.Random;

/** Makes up texts of what tokenizers stumble over. */
final class RandomText {
    private static final List<String> PIECES =
            List.of(
                    "a",
                    "b",
                    "ab",
                    "Z",
                    "é",
                    "e\u0301",
                    "\u0301",
                    "\u0316\u0301",
                    "ß",
                    "İ",
                    "水",
                    "車",
                    "😀",
                    "👩\u200d👩\u200d👧",
                    "🇩🇪",
                    " ",
                    "  ",
                    "\n",
                    "\r\n",
                    "\t",
                    "\u00a0",
                    "\u3000",
                    "\u0000",
                    "\u0007",
                    "\u007f",
                    "\u00ad",
                    "\u200b",
                    "\ufeff",
                    "\ufffd",
                    "\ufffe",
                    "ﷺ",
                    "ﬁ",
                    "½",
                    "한",
                    "\u1112\u1161\u11ab",
                    "שלום",
                    "\u202e",
                    "नि",
                    "\udbff\udfff",
                    "▁",
                    "Ġ",
                    "##",
                    "<unk>",
                    "[a]",
                    "'s",
                    "1",
                    "123456",
                    "!",
                    "...",
                    "\"",
                    "\\",
                    "\ud834\udd60");
    private static final int LONG = 20_000;

    private final Random random;

    RandomText(Random random) {
        this.random = random;
    }

    String piece() {
        if (random.nextInt(400) == 0) {
            return random.nextBoolean() ? "\ud800" : "\udc00";
        }
        return PIECES.get(random.nextInt(PIECES.size()));
    }

    /** Up to so many pieces, at least one. */
    String some(int most) {
        return pieces(1 + random.nextInt(most));
    }

    private String pieces(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(piece());
        }
        return text.toString();
    }

    /** A text: none, short, long of many pieces, or a long run of one. */
    String text() {
        return switch (random.nextInt(12)) {
            case 0 -> "";
            case 1 -> some(3) + piece().repeat(random.nextInt(LONG)) + some(3);
            case 2 -> pieces(random.nextInt(500));
            default -> some(12);
        };
    }
}
