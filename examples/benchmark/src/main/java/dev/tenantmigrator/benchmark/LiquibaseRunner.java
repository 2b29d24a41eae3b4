package dev.tenantmigrator.benchmark;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.changelog.FastCheckService;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;
import liquibase.ui.LoggerUIService;

/** Runs Liquibase; loaded by the class loader of one thread. */
public final class LiquibaseRunner implements IsolatedLiquibase {

    /** Called by reflection. */
    public LiquibaseRunner() {}

    @Override
    public void run(Operation operation, Connection connection, String schema, Path directory, String changelog)
            throws Exception {
        Scope.child(Map.of(Scope.Attr.ui.name(), new LoggerUIService()), () -> {
            Database database =
                    DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(connection));
            database.setDefaultSchemaName(schema);
            database.setLiquibaseSchemaName(schema);
            try (Liquibase liquibase = new Liquibase(changelog, new DirectoryResourceAccessor(directory), database)) {
                liquibase.setShowSummary(UpdateSummaryEnum.OFF);
                switch (operation) {
                    case STATUS -> liquibase.getChangeSetStatuses(new Contexts(), new LabelExpression());
                    case VERIFY -> liquibase.validate();
                    default -> liquibase.update(new Contexts());
                }
            }
        });
    }

    @Override
    public void clearCache() {
        Scope.getCurrentScope().getSingleton(FastCheckService.class).clearCache();
    }
}
