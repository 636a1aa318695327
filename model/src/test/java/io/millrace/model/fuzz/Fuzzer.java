package io.millrace.model.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Feeds a target with changed inputs. An input that reaches code which none before it reached is
 * kept, and changed further. The same seed and inputs give the same run.
 */
final class Fuzzer {
    /** More than this is slow and finds nothing that less does not find. */
    private static final int MAX_BYTES = 1 << 18;

    private final Consumer<byte[]> target;
    private final Coverage coverage;
    private final Mutator mutator;
    private final Random random;
    private final List<byte[]> inputs = new ArrayList<>();
    private int runs;

    /** An input on which a target failed. */
    static final class Finding extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient byte[] input;

        Finding(byte[] input, Throwable cause) {
            super(cause.toString(), cause);
            this.input = input.clone();
        }

        byte[] input() {
            return input.clone();
        }
    }

    Fuzzer(Consumer<byte[]> target, Coverage coverage, Mutator mutator, Random random) {
        this.target = target;
        this.coverage = coverage;
        this.mutator = mutator;
        this.random = random;
    }

    /**
     * Runs all seeds, then changes of them and of what they led to.
     *
     * @throws Finding at the first input on which the target fails
     */
    void run(List<byte[]> seeds, BooleanSupplier more) {
        for (byte[] seed : seeds) {
            execute(seed);
            inputs.add(seed);
        }
        coverage.reachedMore();
        while (more.getAsBoolean()) {
            byte[] input = pick();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                input = mutator.change(input, pick());
            }
            if (input.length <= MAX_BYTES) {
                execute(input);
                if (coverage.reachedMore()) {
                    inputs.add(input);
                }
            }
        }
    }

    int runs() {
        return runs;
    }

    /** Every input that reached something new, the seeds first. */
    List<byte[]> inputs() {
        return inputs;
    }

    /** Half of the time one of the newest, which the others have not been changed into yet. */
    private byte[] pick() {
        int newest = Math.min(inputs.size(), 10);
        int index =
                random.nextBoolean()
                        ? random.nextInt(inputs.size())
                        : inputs.size() - 1 - random.nextInt(newest);
        return inputs.get(index);
    }

    private void execute(byte[] input) {
        runs++;
        try {
            target.accept(input);
        } catch (Throwable e) {
            throw new Finding(input, e);
        }
    }
}
