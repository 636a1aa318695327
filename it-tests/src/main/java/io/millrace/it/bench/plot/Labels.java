package io.millrace.it.bench.plot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Places labels beside each other where the things that they name are close together. */
final class Labels {
    private Labels() {}

    /**
     * Where labels go so that they keep their distance and their order, each as near as that allows
     * to where it would like to be.
     *
     * @param wanted where each would like to be, in any order
     * @param distance between one and the next
     * @param low no label goes below this, unless there are too many of them
     * @param high no label goes above this
     * @return a place for each, in the order of {@code wanted}
     */
    static List<Double> spread(List<Double> wanted, double distance, double low, double high) {
        List<Integer> order =
                IntStream.range(0, wanted.size())
                        .boxed()
                        .sorted(Comparator.comparing(wanted::get))
                        .toList();
        double[] places = new double[wanted.size()];
        // Groups of touching labels, merged until none overlap; each centred on what it names.
        List<Group> groups = new ArrayList<>();
        for (int label : order) {
            Group group = new Group(List.of(wanted.get(label)), distance, low, high);
            while (!groups.isEmpty() && groups.get(groups.size() - 1).touches(group)) {
                group = groups.remove(groups.size() - 1).with(group);
            }
            groups.add(group);
        }
        int next = 0;
        for (Group group : groups) {
            for (int i = 0; i < group.wanted.size(); i++) {
                places[order.get(next++)] = group.begin() + i * distance;
            }
        }
        return IntStream.range(0, places.length).mapToObj(i -> places[i]).toList();
    }

    private record Group(List<Double> wanted, double distance, double low, double high) {
        double begin() {
            double sum = 0;
            for (int i = 0; i < wanted.size(); i++) {
                sum += wanted.get(i) - i * distance;
            }
            double length = (wanted.size() - 1) * distance;
            return Math.min(Math.max(sum / wanted.size(), low), high - length);
        }

        double end() {
            return begin() + (wanted.size() - 1) * distance;
        }

        boolean touches(Group after) {
            return after.begin() - end() < distance;
        }

        Group with(Group after) {
            List<Double> all = new ArrayList<>(wanted);
            all.addAll(after.wanted);
            return new Group(all, distance, low, high);
        }
    }
}
