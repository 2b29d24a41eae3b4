package dev.tenantmigrator.spring;

import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/** The places from which the migrator's connections come: qualified beans first, then URL and role, then the application's pool. */
record ConnectionSources(DataSource migrations, Optional<DataSource> direct) {

    static ConnectionSources of(
            ObjectProvider<DataSource> application,
            ObjectProvider<DataSource> unrouted,
            ObjectProvider<DataSource> migrator,
            ObjectProvider<DataSource> direct,
            TenantMigratorConnectionDetails details) {
        DataSource pool = unrouted.getIfAvailable(application::getIfUnique);
        DataSource migrations = migrator.getIfAvailable();
        if (migrations == null) {
            migrations = details.getJdbcUrl() == null && details.getUsername() == null
                    ? pool
                    : connecting(details.getJdbcUrl(), details, pool);
        }
        if (migrations == null) {
            throw new IllegalStateException(
                    "The application has several DataSources, and none is the migrator's: mark one of"
                            + " them with @Primary or @TenantMigratorDataSource, or set tenant-migrator.url");
        }
        DataSource own = direct.getIfAvailable();
        if (own == null && details.getDirectJdbcUrl() != null) {
            own = connecting(details.getDirectJdbcUrl(), details, pool == null ? migrations : pool);
        }
        return new ConnectionSources(migrations, Optional.ofNullable(own));
    }

    /** Opens a connection for each request: the migrator keeps one for hundreds of tenants. */
    private static DataSource connecting(
            @Nullable String url, TenantMigratorConnectionDetails details, @Nullable DataSource pool) {
        DataSourceBuilder<?> builder = pool == null ? DataSourceBuilder.create() : DataSourceBuilder.derivedFrom(pool);
        if (url != null) {
            builder.url(url);
        }
        String username = details.getUsername();
        if (username != null) {
            builder.username(username).password(details.getPassword());
        }
        return builder.type(SimpleDriverDataSource.class).build();
    }
}
