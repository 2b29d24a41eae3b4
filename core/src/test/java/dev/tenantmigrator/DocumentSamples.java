package dev.tenantmigrator;

import dev.tenantmigrator.Document.Block;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The Java samples of one document, compiled together. A sample that declares types is there for the other samples of its
 * document; any other sample is the body of a {@link SampleApplication}.
 */
final class DocumentSamples {

    private static final Pattern TYPE = Pattern.compile("(?m)^((final|abstract) )*(class|record|interface|enum) ");

    /** On one line, so that the compiler's messages name the lines of the document. */
    private static final String IMPORTS = Stream.of(
                    "com.zaxxer.hikari.*",
                    "dev.tenantmigrator.*",
                    "dev.tenantmigrator.event.*",
                    "dev.tenantmigrator.report.*",
                    "dev.tenantmigrator.rollout.*",
                    "java.io.*",
                    "java.math.BigInteger",
                    "java.nio.charset.StandardCharsets",
                    "java.nio.file.*",
                    "java.sql.*",
                    "java.time.*",
                    "java.util.*",
                    "java.util.regex.*",
                    "java.util.stream.*",
                    "javax.sql.DataSource")
            .map(name -> "import " + name + "; ")
            .reduce("package sample; ", String::concat);

    private final Document document;
    private final ClassLoader classes;

    private DocumentSamples(Document document, ClassLoader classes) {
        this.document = document;
        this.classes = classes;
    }

    /** Compiles. Fails with the compiler's messages. */
    static DocumentSamples compile(Document document) throws IOException {
        List<SimpleJavaFileObject> sources = document.blocks().stream()
                .filter(block -> block.info().equals("java"))
                .map(block -> source(document, block))
                .toList();
        Path target = Files.createTempDirectory(Path.of("core", "target"), "samples");
        if (!sources.isEmpty()) {
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            StringWriter messages = new StringWriter();
            List<String> options =
                    List.of("-proc:none", "-d", target.toString(), "-cp", System.getProperty("java.class.path"));
            if (!compiler.getTask(messages, null, null, options, null, sources).call()) {
                throw new AssertionError("A sample of " + document + " does not compile:\n" + messages);
            }
        }
        URL[] path = {target.toUri().toURL()};
        return new DocumentSamples(document, new URLClassLoader(path, DocumentSamples.class.getClassLoader()));
    }

    private static boolean declaresTypes(Block block) {
        return TYPE.matcher(block.code()).find();
    }

    private static String nameOf(Block block) {
        return "SampleOnLine" + block.line();
    }

    private static SimpleJavaFileObject source(Document document, Block block) {
        String before = IMPORTS + "\n".repeat(block.line() - 2);
        String source = declaresTypes(block)
                ? before + "\n" + block.code()
                : before + "public class " + nameOf(block)
                        + " extends SampleApplication { @Override public void run() throws Exception {\n" + block.code()
                        + "\n}}";
        URI place = URI.create(document.path().toAbsolutePath().toUri() + "/" + nameOf(block) + ".java");
        return new SimpleJavaFileObject(place, SimpleJavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }

    /** The samples that can run, in order. */
    List<Block> runnable() {
        return document.blocks().stream()
                .filter(block -> block.info().equals("java") && !declaresTypes(block))
                .toList();
    }

    /** An instance of a type that a sample declares, which has a constructor with these arguments. */
    Object instance(String type, Object... arguments) throws ReflectiveOperationException {
        var constructor = classes.loadClass("sample." + type).getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        return constructor.newInstance(arguments);
    }

    /** Runs a sample in an application with a database of its own. */
    void run(Block sample) throws Exception {
        try (TestDatabase database = TestDatabase.create("sample")) {
            database.execute(
                    "CREATE TABLE public.users (id uuid PRIMARY KEY, username text, email text, schema_name text)");
            SampleApplication application = (SampleApplication) classes.loadClass("sample." + nameOf(sample))
                    .getConstructor()
                    .newInstance();
            application.url = database.jdbcUrl();
            application.user = database.user();
            application.password = database.password();
            application.dataSource = database.dataSource();
            application.migrator = TenantMigrator.builder(database.dataSource())
                    .migrations(MigrationSource.directory(Path.of("migrations-sample")))
                    .requiredTables("team_member", "vendor", "contact", "reminders")
                    .sharedObjects("users")
                    .build();
            application.schema =
                    application.migrator.createTenant(TenantName.forUser("ada")).schema();
            try (Connection connection = database.connection()) {
                connection.setAutoCommit(false);
                application.connection = connection;
                application.run();
                connection.rollback();
                connection.setAutoCommit(true);
            }
            application.migrator.close();
            database.assertNoLeaks();
        }
    }
}
