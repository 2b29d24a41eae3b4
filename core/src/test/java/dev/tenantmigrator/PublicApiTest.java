package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No public signature names an internal type. */
class PublicApiTest {

    private static final String ROOT = "dev.tenantmigrator";

    @Test
    void publicSignaturesMentionNothingInternal() throws Exception {
        List<String> mentions = new ArrayList<>();
        List<Class<?>> types = publicTypes();
        for (Class<?> type : types) {
            List<Executable> members = new ArrayList<>(List.of(type.getDeclaredMethods()));
            members.addAll(List.of(type.getDeclaredConstructors()));
            for (Executable member : members) {
                if (Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers())) {
                    signature(member)
                            .map(Type::getTypeName)
                            .filter(name -> name.contains(".internal."))
                            .forEach(name -> mentions.add(member + " mentions " + name));
                }
            }
        }
        assertThat(types)
                .contains(TenantMigrator.class, MigrationSource.class, SchemaAdapter.class, TrackingStore.class);
        assertThat(mentions).isEmpty();
    }

    private static Stream<Type> signature(Executable member) {
        Stream<Type> parameters = Stream.of(member.getGenericParameterTypes());
        return member instanceof Method method
                ? Stream.concat(parameters, Stream.of(method.getGenericReturnType()))
                : parameters;
    }

    private static List<Class<?>> publicTypes() throws IOException, URISyntaxException, ClassNotFoundException {
        Path root = Path.of(TenantMigrator.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> types = new ArrayList<>();
        for (String folder : List.of("", "event", "report")) {
            try (Stream<Path> files =
                    Files.list(root.resolve("dev/tenantmigrator").resolve(folder))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".class")).toList()) {
                    String name = file.getFileName().toString().replace(".class", "");
                    Class<?> type = Class.forName(ROOT + (folder.isEmpty() ? "." : "." + folder + ".") + name);
                    if (Modifier.isPublic(type.getModifiers())) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    @Test
    void everyExceptionHasTheOneBase() throws Exception {
        assertThat(publicTypes())
                .filteredOn(Throwable.class::isAssignableFrom)
                .allMatch(TenantMigratorException.class::isAssignableFrom)
                .hasSizeGreaterThan(5);
    }
}
