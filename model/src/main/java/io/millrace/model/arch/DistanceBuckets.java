package io.millrace.model.arch;

/**
 * Distances between tokens, near ones each for themselves and far ones together.
 *
 * <p>Every function returns one entry for each distance of key from query, from {@code -reach} to
 * {@code reach}; beyond that all distances are in the last bucket. The logarithms are in float32,
 * as in the reference, because a distance on the border of two buckets falls by the last bit.
 */
final class DistanceBuckets {
    private static final int MAX_REACH = 1 << 16;

    private DistanceBuckets() {}

    /**
     * T5's, in both directions: half of the buckets for keys after the query.
     *
     * @param buckets how many
     * @param maxDistance from which on all are in the last
     * @see <a
     *     href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/t5/modeling_t5.py">the
     *     reference's relative_position_bucket</a>
     */
    static int[] t5(int buckets, int maxDistance) {
        int[] byDistance = new int[2 * maxDistance + 1];
        int half = buckets / 2;
        int exact = half / 2;
        for (int distance = -maxDistance; distance <= maxDistance; distance++) {
            int away = Math.abs(distance);
            int bucket = away;
            if (away >= exact) {
                float log = (float) Math.log((float) away / exact);
                float share = log / (float) Math.log((double) maxDistance / exact);
                bucket = Math.min(exact + (int) (share * (half - exact)), half - 1);
            }
            byDistance[distance + maxDistance] = bucket + (distance > 0 ? half : 0);
        }
        return byDistance;
    }

    /**
     * DeBERTa's: the row of its table of {@code 2 · span} for the distance of query from key, which
     * is to be read backwards for the distance of key from query.
     *
     * @param buckets how many in each direction; 0: each distance is its own
     * @param maxPosition from which on all are in the last
     * @see <a
     *     href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/deberta_v2/modeling_deberta_v2.py">the
     *     reference's make_log_bucket_position</a>
     */
    static int[] deberta(int buckets, int maxPosition) {
        int reach = Math.max(maxPosition, buckets);
        while (debertaRow(-reach, buckets, maxPosition) > 0 && reach < MAX_REACH) {
            reach *= 2; // an odd number of buckets is full only beyond the last position
        }
        int[] byDistance = new int[2 * reach + 1];
        for (int distance = -reach; distance <= reach; distance++) {
            byDistance[distance + reach] = debertaRow(distance, buckets, maxPosition);
        }
        return byDistance;
    }

    private static int debertaRow(int distance, int buckets, int maxPosition) {
        int span = buckets > 0 ? buckets : maxPosition;
        int bucket = buckets > 0 ? debertaBucket(distance, buckets, maxPosition) : distance;
        return Math.min(Math.max(bucket + span, 0), 2 * span - 1);
    }

    private static int debertaBucket(int distance, int buckets, int maxPosition) {
        int middle = buckets / 2;
        int away = Math.abs(distance) < middle ? middle - 1 : Math.abs(distance);
        if (away <= middle) {
            return distance;
        }
        float log = (float) Math.log((float) away / middle);
        float whole = (float) Math.log((float) ((double) (maxPosition - 1) / middle));
        float bucket = (float) Math.ceil(log / whole * (middle - 1)) + middle;
        return (int) (bucket * Integer.signum(distance));
    }

    /** The entries for the distances the other way round. */
    static int[] reversed(int[] byDistance) {
        int[] reversed = new int[byDistance.length];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = byDistance[byDistance.length - 1 - i];
        }
        return reversed;
    }
}
