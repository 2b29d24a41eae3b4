package dev.tenantmigrator.registration;

import dev.tenantmigrator.registration.SignUp.Account;
import dev.tenantmigrator.support.TestDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** A running instance of the application on its own port, with an HTTP client. */
final class Instance implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ConfigurableApplicationContext context;
    private final URI register;

    private Instance(ConfigurableApplicationContext context) {
        this.context = context;
        int port = Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer())
                .getPort();
        this.register = URI.create("http://localhost:" + port + "/register");
    }

    /**
     * Starts an instance as {@code main} does.
     *
     * @param properties {@code name=value}, as on the command line but without the hyphens
     */
    static Instance start(TestDatabase database, String... properties) {
        return start(database, context -> {}, properties);
    }

    /**
     * Starts an instance with additional beans.
     *
     * @param beans registers them
     */
    static Instance start(
            TestDatabase database,
            ApplicationContextInitializer<GenericApplicationContext> beans,
            String... properties) {
        Stream<String> always = Stream.of(
                "server.port=0",
                "spring.main.banner-mode=off",
                "spring.datasource.url=" + database.jdbcUrl(),
                "spring.datasource.username=" + database.user(),
                "spring.datasource.password=" + database.password());
        // Most tests count schemas.
        boolean spares = Stream.of(properties).anyMatch(property -> property.startsWith("tenant-migrator.spares="));
        Stream<String> own = spares
                ? Stream.of(properties)
                : Stream.concat(Stream.of("tenant-migrator.spares=0"), Stream.of(properties));
        return new Instance(new SpringApplicationBuilder(RegistrationApplication.class)
                .registerShutdownHook(false)
                .initializers(beans)
                .run(Stream.concat(always, own).map(property -> "--" + property).toArray(String[]::new)));
    }

    HttpResponse<String> register(String username, String email) {
        return registerAsync(username, email).join();
    }

    CompletableFuture<HttpResponse<String>> registerAsync(String username, String email) {
        return send(JSON.writeValueAsString(Map.of("username", username, "email", email)));
    }

    /** Sends a request body unchanged. */
    CompletableFuture<HttpResponse<String>> send(String json) {
        HttpRequest request = HttpRequest.newBuilder(register)
                .header("Content-Type", "application/json")
                .header("Accept-Language", "en")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        return CLIENT.sendAsync(request, BodyHandlers.ofString());
    }

    static Account account(HttpResponse<String> response) {
        return JSON.readValue(response.body(), Account.class);
    }

    /** The value of a counter in the application's metrics. */
    double counted(String meter) {
        return context.getBean(MeterRegistry.class).get(meter).functionCounter().count();
    }

    @Override
    public void close() {
        context.close();
    }
}
