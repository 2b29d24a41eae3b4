package dev.tenantmigrator.cli.setup;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the class path into the private directory of one embedded server. In a shared directory
 * such as /tmp another user could replace them.
 */
final class PostgresBinaries {

    private final Path home;
    private final Path log;

    private PostgresBinaries(Path home, Path log) {
        this.home = home;
        this.log = log;
    }

    /**
     * Unpacks the programs, unless an earlier command has unpacked this version.
     *
     * @param directory the target; private
     * @param log receives all output of the programs
     */
    static PostgresBinaries unpack(Path directory, Path log) throws IOException {
        byte[] archive;
        try (InputStream packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), architecture())) {
            archive = packed.readAllBytes();
        }
        Path home = directory.resolve(digest(archive));
        if (Files.notExists(home)) {
            // Removes another version, or an incomplete copy.
            Directories.delete(directory);
            PrivateFiles.directory(directory);
            Path draft = directory.resolve("unpacking");
            unpack(archive, draft);
            Files.move(draft, home, StandardCopyOption.ATOMIC_MOVE);
        }
        return new PostgresBinaries(home, log);
    }

    /** Runs a program and waits for its end. */
    void run(String program, String... arguments) throws IOException {
        runWithInput("", program, arguments);
    }

    /**
     * Runs a program and waits for its end.
     *
     * @param input its standard input; may hold a secret, because other users cannot see it
     * @throws IllegalStateException if the program fails
     */
    void runWithInput(String input, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // PostgreSQL does not run as root. In a new user namespace the process is not root.
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
        try (Writer writer = process.outputWriter()) {
            writer.write(input);
        }
        if (exitCode(process) != 0) {
            throw new IllegalStateException(program + " failed, see " + log);
        }
    }

    private static int exitCode(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void unpack(byte[] archive, Path directory) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = directory.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                }
            }
        }
        try (var programs = Files.newDirectoryStream(directory.resolve("bin"))) {
            for (Path program : programs) {
                if (!program.toFile().setExecutable(true)) {
                    throw new IOException("cannot make " + program + " executable");
                }
            }
        }
    }

    private static String system() {
        String name = System.getProperty("os.name");
        return name.startsWith("Windows") ? "Windows" : name.startsWith("Mac") ? "Darwin" : "Linux";
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("amd64") ? "x86_64" : name;
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
