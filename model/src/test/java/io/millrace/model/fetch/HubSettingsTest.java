package io.millrace.model.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The variables mean what they mean to Python's library. */
class HubSettingsTest {
    @TempDir Path home;

    private HubSettings settings(String... pairs) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HF_TOKEN_PATH", home.resolve("none").toString());
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return HubSettings.of(environment);
    }

    @Test
    void defaultsAreThoseOfTheLibrary() {
        HubSettings settings = settings();

        assertThat(settings.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
        assertThat(settings.cache())
                .isEqualTo(Path.of(System.getProperty("user.home"), ".cache/huggingface/hub"));
        assertThat(settings.token()).isEmpty();
        assertThat(settings.offline()).isFalse();
        assertThat(settings.links()).isTrue();
    }

    @Test
    void closerVariableNamesTheCache() {
        assertThat(settings("XDG_CACHE_HOME", "/x").cache()).hasToString("/x/huggingface/hub");
        assertThat(settings("XDG_CACHE_HOME", "/x", "HF_HOME", "/h").cache()).hasToString("/h/hub");
        assertThat(settings("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/o").cache())
                .hasToString("/o");
        assertThat(settings("HUGGINGFACE_HUB_CACHE", "/o", "HF_HUB_CACHE", "/c").cache())
                .hasToString("/c");
        assertThat(settings("HF_HUB_CACHE", "", "HF_HOME", "~/hf").cache())
                .isEqualTo(Path.of(System.getProperty("user.home"), "hf/hub"));
    }

    @Test
    void tokenIsTheVariablesOrTheFiles() throws Exception {
        Path file = Files.writeString(home.resolve("token"), " hf_file\n");

        assertThat(settings("HF_TOKEN_PATH", file.toString()).token().orElseThrow().authorization())
                .isEqualTo("Bearer hf_file");
        HubSettings both = settings("HF_TOKEN_PATH", file.toString(), "HF_TOKEN", "hf_variable");
        assertThat(both.token().orElseThrow().authorization()).isEqualTo("Bearer hf_variable");
        assertThat(both.toString()).doesNotContain("hf_variable");
        assertThat(settings("HF_TOKEN", "x", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1").token())
                .isEmpty();
        assertThat(settings("HF_TOKEN", " \n").token()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1,true", "ON,true", "Yes,true", "true,true", "0,false", "no,false", "'',false"})
    void offlineIsAsWritten(String value, boolean offline) {
        assertThat(settings("HF_HUB_OFFLINE", value).offline()).isEqualTo(offline);
        assertThat(settings("TRANSFORMERS_OFFLINE", value).offline()).isEqualTo(offline);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "huggingface.co",
                "ftp://host",
                "https://me:s3cret@host",
                "https://host?token=s3cret",
                "https://",
                "http://ho st"
            })
    void endpointThatIsNoneIsRefusedAndNotShown(String endpoint) {
        assertThatThrownBy(() -> settings("HF_ENDPOINT", endpoint))
                .hasMessageStartingWith("HF_ENDPOINT: expected https://HOST")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void endpointMayHaveAPath() {
        assertThat(settings("HF_ENDPOINT", "https://host/a/b//").endpoint())
                .hasToString("https://host/a/b");
    }

    @Test
    void timeoutIsInSeconds() {
        assertThat(settings("HF_HUB_DOWNLOAD_TIMEOUT", "7").timeout())
                .isEqualTo(Duration.ofSeconds(7));
        assertThatThrownBy(() -> settings("HF_HUB_DOWNLOAD_TIMEOUT", "soon"))
                .hasMessage("HF_HUB_DOWNLOAD_TIMEOUT: expected seconds, found soon");
    }

    @Test
    void proxiesHaveExceptions() {
        HubSettings settings =
                settings("https_proxy", "proxy:3128", "NO_PROXY", "localhost, .example.org");
        Proxy proxy = new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy", 3128));

        assertThat(settings.proxies().select(URI.create("https://huggingface.co/x")))
                .containsExactly(proxy);
        assertThat(settings.proxies().select(URI.create("http://huggingface.co/x")))
                .containsExactly(Proxy.NO_PROXY);
        assertThat(settings.proxies().select(URI.create("https://hub.example.org/x")))
                .containsExactly(Proxy.NO_PROXY);
        assertThat(settings.proxies().select(URI.create("https://localhost/x")))
                .containsExactly(Proxy.NO_PROXY);
        assertThatThrownBy(() -> settings("HTTPS_PROXY", "http://me:s3cret@proxy"))
                .hasMessage(
                        "HTTPS_PROXY: expected http://HOST:PORT without a password, found something"
                                + " else");
    }
}
