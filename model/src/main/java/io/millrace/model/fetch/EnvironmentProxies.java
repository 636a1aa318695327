package io.millrace.model.fetch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY}, for whoever has not set Java's own
 * system properties. A proxy that wants a password is not supported.
 */
final class EnvironmentProxies extends ProxySelector {
    private final Map<String, Proxy> byScheme;
    private final List<String> exceptions;

    private EnvironmentProxies(Map<String, Proxy> byScheme, List<String> exceptions) {
        this.byScheme = byScheme;
        this.exceptions = exceptions;
    }

    /** Java's own choice where its properties say anything, otherwise the environment's. */
    static ProxySelector of(Map<String, String> environment) {
        ProxySelector system = ProxySelector.getDefault();
        boolean decided =
                System.getProperty("https.proxyHost") != null
                        || System.getProperty("http.proxyHost") != null
                        || System.getProperty("socksProxyHost") != null
                        || Boolean.getBoolean("java.net.useSystemProxies");
        if (decided && system != null) {
            return system;
        }
        Proxy https = proxy(environment, "HTTPS_PROXY");
        Proxy http = proxy(environment, "HTTP_PROXY");
        List<String> exceptions =
                List.of(variable(environment, "NO_PROXY").orElse("").split("[,\\s]+"));
        return new EnvironmentProxies(Map.of("https", https, "http", http), exceptions);
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        return exceptions.stream().anyMatch(exception -> matches(host, exception))
                ? List.of(Proxy.NO_PROXY)
                : List.of(byScheme.getOrDefault(uri.getScheme(), Proxy.NO_PROXY));
    }

    private static boolean matches(String host, String exception) {
        if (exception.equals("*")) {
            return true;
        }
        String domain = exception.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", "");
        return !domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // The request fails and says so.
    }

    private static Proxy proxy(Map<String, String> environment, String name) {
        Optional<String> value = variable(environment, name);
        if (value.isEmpty()) {
            return Proxy.NO_PROXY;
        }
        String text = value.get();
        try {
            URI uri = URI.create(text.contains("://") ? text : "http://" + text);
            if ("http".equals(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null) {
                int port = uri.getPort() < 0 ? 80 : uri.getPort();
                return new Proxy(
                        Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
            }
        } catch (IllegalArgumentException e) {
            // Told below, without the value: it may hold a password.
        }
        throw HubException.lasting(
                name + ": expected http://HOST:PORT without a password, found something else");
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT))))
                .filter(value -> !value.isBlank());
    }
}
