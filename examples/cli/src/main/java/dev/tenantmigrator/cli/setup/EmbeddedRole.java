package dev.tenantmigrator.cli.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The only role that can log in to an embedded server. It owns the database and is not a superuser, because the library's checks
 * cannot contain the migrations of a superuser.
 */
final class EmbeddedRole {

    static final String NAME = "tenant_migrator";

    /** Admits this role only, with its password; the superuser has no password. */
    private static final String ACCESS = """
            # Written by tenant-migrator. The password is in the file "password" beside this directory.
            host all tenant_migrator 127.0.0.1/32 scram-sha-256
            """;

    /**
     * Creates the role and makes it the owner of all objects that an earlier version created as the superuser. Skips objects of
     * PostgreSQL and of extensions, and objects that change their owner together with a table or type. {@code REASSIGN OWNED} is no
     * alternative: PostgreSQL rejects it for the bootstrap superuser.
     */
    private static final String SET_UP = """
            DO $$
            DECLARE
                command text;
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenant_migrator') THEN
                    CREATE ROLE tenant_migrator;
                END IF;
                ALTER DATABASE postgres OWNER TO tenant_migrator;
                FOR command IN
                    SELECT format('ALTER %s %s OWNER TO tenant_migrator',
                               CASE classid WHEN 'pg_proc'::regclass THEN 'ROUTINE'
                                            WHEN 'pg_statistic_ext'::regclass THEN 'STATISTICS'
                                            ELSE name.type END,
                               name.identity)
                      FROM (SELECT 'pg_namespace'::regclass AS classid, oid, nspowner AS owner FROM pg_namespace
                             WHERE nspname !~ '^pg_'
                            UNION ALL SELECT 'pg_class'::regclass, oid, relowner FROM pg_class
                             WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
                            UNION ALL SELECT 'pg_proc'::regclass, oid, proowner FROM pg_proc
                            UNION ALL SELECT 'pg_type'::regclass, oid, typowner FROM pg_type
                            UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner FROM pg_operator
                            UNION ALL SELECT 'pg_opclass'::regclass, oid, opcowner FROM pg_opclass
                            UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfowner FROM pg_opfamily
                            UNION ALL SELECT 'pg_collation'::regclass, oid, collowner FROM pg_collation
                            UNION ALL SELECT 'pg_conversion'::regclass, oid, conowner FROM pg_conversion
                            UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictowner FROM pg_ts_dict
                            UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgowner FROM pg_ts_config
                            UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxowner FROM pg_statistic_ext
                            UNION ALL SELECT 'pg_largeobject'::regclass, oid, lomowner FROM pg_largeobject_metadata
                           ) AS object,
                           pg_identify_object(classid, oid, 0) AS name
                     WHERE owner = 10 AND oid >= 16384
                       AND NOT EXISTS (SELECT FROM pg_depend AS d
                                        WHERE d.classid = object.classid AND d.objid = object.oid AND d.objsubid = 0
                                          AND (d.deptype = 'e'
                                               OR d.deptype = 'i' AND name.type <> 'function'
                                               OR d.deptype = 'a' AND name.type = 'sequence'))
                LOOP
                    EXECUTE command;
                END LOOP;
            END $$;

            """;

    private EmbeddedRole() {}

    /**
     * Creates the role in the data directory of a stopped server, unless it exists.
     *
     * @param file the password file; written last, so that the next start repeats an interrupted setup
     * @return the password
     */
    static String password(Path file, Path data, PostgresBinaries programs) throws IOException {
        if (Files.exists(file)) {
            return Files.readString(file);
        }
        String password = random();
        PrivateFiles.write(data.resolve("pg_hba.conf"), ACCESS);
        // Single-user mode opens no port, so nobody can log in before the password is set.
        programs.runWithInput(
                SET_UP + "ALTER ROLE tenant_migrator LOGIN NOSUPERUSER CREATEDB PASSWORD '" + password + "';\n",
                "postgres",
                "--single",
                // A command ends with an empty line instead of a newline.
                "-j",
                "-D",
                data.toString(),
                "-c",
                "exit_on_error=on",
                // Otherwise an error would write the statement, with the password, to the log.
                "-c",
                "log_min_error_statement=panic",
                "postgres");
        PrivateFiles.write(file, password);
        return password;
    }

    private static String random() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }
}
