package dev.tenantmigrator.benchmark;

import java.io.IOException;
import java.io.InputStream;

/**
 * Loads Liquibase's classes separately for one thread. Liquibase keeps the lock state of a tenant in static fields, so that
 * several threads of one JVM leave tenants locked (Liquibase issues 6831 and 7220) and the next run waits for ever.
 */
final class IsolatedClassLoader extends ClassLoader {

    private static final String OWN = LiquibaseRunner.class.getName();

    IsolatedClassLoader(ClassLoader parent) {
        super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("liquibase.") && !name.startsWith(OWN)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] code = file.readAllBytes();
            return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
