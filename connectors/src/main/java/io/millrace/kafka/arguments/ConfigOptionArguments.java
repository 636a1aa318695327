package io.millrace.kafka.arguments;

import io.millrace.kafka.arguments.Converters.NameValue.Pair;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Turns {@link ConfigOption}s into command-line options of the same names, and what was given back
 * into a {@link Configuration}. So an option is defined once.
 */
public final class ConfigOptionArguments {
    private final Map<String, ConfigOption<?>> options = new HashMap<>();

    /**
     * Adds a titled group of options.
     *
     * @param heading the group's title in the help text
     * @param holder the class whose public constants the options are
     * @param options in the order in which people should read them
     */
    public ConfigOptionArguments addGroup(
            CommandSpec command, String heading, Class<?> holder, List<ConfigOption<?>> options) {
        Map<ConfigOption<?>, Type> types = types(holder);
        ArgGroupSpec.Builder group =
                ArgGroupSpec.builder()
                        .heading("%n" + heading + "%n")
                        .validate(false)
                        .order(this.options.size());
        int order = 0;
        for (ConfigOption<?> option : options) {
            Type type = types.get(option);
            if (type == null) {
                throw new IllegalArgumentException(
                        "%s has no public constant for '%s'"
                                .formatted(holder.getName(), option.key()));
            }
            group.addArg(argument(option, type, order));
            this.options.put("--" + option.key(), option);
            order++;
        }
        command.addArgGroup(group.build());
        return this;
    }

    /** What was given on the command line. */
    public Configuration configuration(ParseResult parsed) {
        Configuration configuration = new Configuration();
        for (OptionSpec given : parsed.matchedOptions()) {
            ConfigOption<?> option = options.get(given.longestName());
            if (option != null) {
                set(configuration, option, given);
            }
        }
        return configuration;
    }

    /**
     * What was given to a command, as the record of options that reads it.
     *
     * @throws ParameterException when a value is missing or out of range; names the option
     */
    public <T> T read(CommandLine command, Function<ReadableConfig, T> reader) {
        try {
            return reader.apply(configuration(command.getParseResult()));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked") // the value was converted to the option's own type
    private static <T> void set(
            Configuration configuration, ConfigOption<T> option, ArgSpec given) {
        Object value = given.getValue();
        if (value instanceof List<?> list && isPairs(list)) {
            Map<String, String> pairs = new LinkedHashMap<>();
            for (Object pair : list) {
                pairs.put(((Pair) pair).name(), ((Pair) pair).value());
            }
            value = pairs;
        }
        configuration.set(option, (T) value);
    }

    private static boolean isPairs(List<?> list) {
        return list.stream().allMatch(Pair.class::isInstance);
    }

    private static OptionSpec argument(ConfigOption<?> option, Type type, int order) {
        OptionSpec.Builder argument =
                OptionSpec.builder("--" + option.key())
                        .order(order)
                        .description(description(option));
        if (type == Boolean.class) {
            return argument.type(Boolean.class)
                    .arity("0..1")
                    .fallbackValue("true")
                    .converters(new Converters.Truth())
                    .paramLabel("true|false")
                    .build();
        }
        if (type == String.class) {
            return argument.type(String.class).paramLabel(label(option)).build();
        }
        if (type == Integer.class) {
            return argument.type(Integer.class)
                    .converters(new Converters.WholeNumber())
                    .paramLabel("N")
                    .build();
        }
        if (type == Duration.class) {
            return argument.type(Duration.class)
                    .converters(new Converters.Time())
                    .paramLabel("TIME")
                    .build();
        }
        if (type instanceof Class<?> choice && choice.isEnum()) {
            return argument.type(choice)
                    .converters(new Converters.Choice(choice))
                    .paramLabel(Converters.words(choice))
                    .build();
        }
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            return argument.type(List.class)
                    .auxiliaryTypes(String.class)
                    .splitRegex(",")
                    .paramLabel(label(option))
                    .build();
        }
        if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            return argument.type(List.class)
                    .auxiliaryTypes(Pair.class)
                    .converters(new Converters.NameValue())
                    .paramLabel("NAME=VALUE")
                    .build();
        }
        throw new IllegalArgumentException(
                "Option '%s': no command-line form for %s".formatted(option.key(), type));
    }

    /** The last word of the key: {@code --input-topic=TOPIC}. */
    private static String label(ConfigOption<?> option) {
        return option.key().substring(option.key().lastIndexOf('-') + 1).toUpperCase(Locale.ROOT);
    }

    private static String description(ConfigOption<?> option) {
        String text = new HtmlFormatter().format(option.description()).replace("%", "%%");
        Object defaultValue = option.defaultValue();
        if (defaultValue == null || defaultValue instanceof Boolean) {
            return text;
        }
        String shown =
                defaultValue instanceof Duration time
                        ? TimeUtils.formatWithHighestUnit(time)
                        : defaultValue instanceof Enum<?> constant
                                ? Converters.word(constant)
                                : defaultValue.toString();
        return text + " Default: " + shown + ".";
    }

    /** {@link ConfigOption} keeps its type to itself; the constants' declarations tell it. */
    private static Map<ConfigOption<?>, Type> types(Class<?> holder) {
        Map<ConfigOption<?>, Type> types = new HashMap<>();
        for (Field field : holder.getFields()) {
            if (field.getType() == ConfigOption.class) {
                ParameterizedType declared = (ParameterizedType) field.getGenericType();
                try {
                    types.put(
                            (ConfigOption<?>) field.get(null),
                            declared.getActualTypeArguments()[0]);
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException("public field is not accessible: " + field, e);
                }
            }
        }
        return types;
    }
}
