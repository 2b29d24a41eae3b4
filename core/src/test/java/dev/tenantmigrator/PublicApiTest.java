package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.rollout.Rollout;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Executable;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No public signature names an internal type. */
class PublicApiTest {

    @Test
    void publicSignaturesMentionNothingInternal() throws Exception {
        List<Class<?>> types = publicTypes();
        assertThat(types)
                .contains(TenantMigrator.class, MigrationSource.class, SchemaAdapter.class, TrackingStore.class)
                .contains(Rollout.class);
        assertThat(types).flatExtracting(type -> mentions(type, ".internal.")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Surface.OfField.class,
                Surface.OfParameter.class,
                Surface.OfResult.class,
                Surface.OfSupertype.class,
                Surface.OfInterface.class,
                Surface.OfBound.class,
                Surface.OfMethodBound.class,
                Surface.OfException.class,
                Surface.OfAnnotation.class,
                Surface.OfMemberAnnotation.class,
                Surface.OfParameterAnnotation.class,
                Surface.OfComponent.class,
                Surface.OfComponentAnnotation.class,
                Surface.OfPermittedType.class
            })
    void everyKindOfMentionIsFound(Class<?> type) {
        assertThat(mentions(type, "$Hidden")).singleElement().asString().contains("$Hidden");
    }

    /** The visible part of a type, with its name. */
    private static List<String> mentions(Class<?> type, String part) {
        Set<String> names = new TreeSet<>();
        Stream<Type> ofType = Stream.of(
                        bounds(type),
                        annotations(type),
                        Stream.ofNullable(type.getGenericSuperclass()),
                        Stream.of(type.getGenericInterfaces()),
                        type.isSealed() ? Stream.of(type.getPermittedSubclasses()) : Stream.<Type>empty(),
                        type.isRecord()
                                ? Stream.of(type.getRecordComponents()).flatMap(PublicApiTest::component)
                                : Stream.<Type>empty())
                .flatMap(types -> types);
        Stream<Type> ofFields = Stream.of(type.getDeclaredFields())
                .filter(PublicApiTest::isVisible)
                .flatMap(field -> Stream.concat(annotations(field), Stream.of(field.getGenericType())));
        Stream<Type> ofExecutables = Stream.concat(
                        Stream.of(type.getDeclaredMethods()), Stream.of(type.getDeclaredConstructors()))
                .filter(PublicApiTest::isVisible)
                .flatMap(PublicApiTest::signature);
        Stream.of(ofType, ofFields, ofExecutables)
                .flatMap(types -> types)
                .map(Type::getTypeName)
                .filter(name -> name.contains(part))
                .forEach(name -> names.add(type.getName() + " mentions " + name));
        return List.copyOf(names);
    }

    private static boolean isVisible(Member member) {
        return Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers());
    }

    private static Stream<Type> signature(Executable member) {
        return Stream.of(
                        bounds(member),
                        annotations(member),
                        Stream.of(member.getGenericParameterTypes()),
                        Stream.of(member.getParameters()).flatMap(PublicApiTest::annotations),
                        Stream.of(member.getGenericExceptionTypes()),
                        member instanceof Method method
                                ? Stream.of(method.getGenericReturnType())
                                : Stream.<Type>empty())
                .flatMap(types -> types);
    }

    private static Stream<Type> component(RecordComponent component) {
        return Stream.concat(annotations(component), Stream.of(component.getGenericType()));
    }

    private static Stream<Type> bounds(GenericDeclaration declaration) {
        return Stream.of(declaration.getTypeParameters()).flatMap(parameter -> Stream.of(parameter.getBounds()));
    }

    private static Stream<Type> annotations(AnnotatedElement element) {
        return Stream.of(element.getDeclaredAnnotations()).map(Annotation::annotationType);
    }

    private static List<Class<?>> publicTypes() throws IOException, URISyntaxException, ClassNotFoundException {
        Path root = Path.of(TenantMigrator.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Class<?>> types = new ArrayList<>();
        for (String exported : exportedPackages(root)) {
            try (Stream<Path> files = Files.list(root.resolve(exported.replace('.', '/')))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".class")).toList()) {
                    String name = file.getFileName().toString().replace(".class", "");
                    Class<?> type = Class.forName(exported + '.' + name);
                    if (Modifier.isPublic(type.getModifiers())) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    private static Set<String> exportedPackages(Path root) throws IOException {
        try (InputStream module = Files.newInputStream(root.resolve("module-info.class"))) {
            return ModuleDescriptor.read(module).exports().stream()
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void everyExceptionHasTheOneBase() throws Exception {
        assertThat(publicTypes())
                .filteredOn(Throwable.class::isAssignableFrom)
                .allMatch(TenantMigratorException.class::isAssignableFrom)
                .hasSizeGreaterThan(5);
    }

    static class HiddenClass {}

    interface HiddenInterface<T> {}

    static class HiddenException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @Retention(RetentionPolicy.RUNTIME)
    @interface HiddenAnnotation {}

    @Target(ElementType.RECORD_COMPONENT)
    @Retention(RetentionPolicy.RUNTIME)
    @interface HiddenComponentAnnotation {}

    static final class HiddenCase implements Surface.OfPermittedType {}

    /** Types that each mention a hidden one in another way. */
    static final class Surface {

        private Surface() {}

        public abstract static class OfField {
            public HiddenClass[] field = {};
        }

        public interface OfParameter {
            void call(List<? extends HiddenClass> parameter);
        }

        public interface OfResult {
            HiddenClass call();
        }

        public static class OfSupertype extends HiddenClass {}

        public interface OfInterface extends HiddenInterface<String> {}

        public interface OfBound<T extends HiddenClass> {}

        public interface OfMethodBound {
            <T extends HiddenClass> void call(T parameter);
        }

        public interface OfException {
            void call() throws HiddenException;
        }

        @HiddenAnnotation
        public interface OfAnnotation {}

        public interface OfMemberAnnotation {
            @HiddenAnnotation
            void call();
        }

        public interface OfParameterAnnotation {
            void call(@HiddenAnnotation String parameter);
        }

        public record OfComponent(HiddenClass component) {}

        public record OfComponentAnnotation(
                @HiddenComponentAnnotation String component) {}

        public sealed interface OfPermittedType permits HiddenCase {}
    }
}
