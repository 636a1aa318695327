package io.millrace.kafka.arguments;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Words of a command line to values; a word that is none says what was expected and found. */
final class Converters {
    private Converters() {}

    /** How people write an enum's constant: {@code AT_LEAST_ONCE} is {@code at-least-once}. */
    static String word(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String words(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(Converters::word)
                .collect(Collectors.joining("|"));
    }

    record Choice(Class<?> type) implements ITypeConverter<Object> {
        @Override
        public Object convert(String value) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> word(constant).equals(dashed(value)))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "expected %s, found %s".formatted(words(type), value)));
        }

        private static String dashed(String value) {
            return value.toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    record Time() implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                return TimeUtils.parseDuration(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "expected a time such as 10ms, 5s or 2min, found " + value);
            }
        }
    }

    record Truth() implements ITypeConverter<Boolean> {
        @Override
        public Boolean convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "true" -> true;
                case "false" -> false;
                default ->
                        throw new TypeConversionException("expected true or false, found " + value);
            };
        }
    }

    record WholeNumber() implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            try {
                return Integer.valueOf(value);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected a whole number, found " + value);
            }
        }
    }

    /** A client property. Its value may be a secret, so it is never quoted. */
    record NameValue() implements ITypeConverter<NameValue.Pair> {
        record Pair(String name, String value) {
            @Override
            public String toString() {
                return name;
            }
        }

        @Override
        public Pair convert(String argument) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                throw new TypeConversionException("expected name=value, found no '=' after a name");
            }
            return new Pair(argument.substring(0, equals), argument.substring(equals + 1));
        }
    }
}
