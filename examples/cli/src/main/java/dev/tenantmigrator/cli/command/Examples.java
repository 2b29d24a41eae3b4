package dev.tenantmigrator.cli.command;

import java.util.List;
import java.util.Map;

/** The examples that {@code --help} shows for each command. */
final class Examples {

    private static final Map<String, List<String>> OF = Map.ofEntries(
            entry("create", "create add_tags", "create add_tags --prisma schema.prisma"),
            entry("register", "register ada --email ada@example.com", "register --file users.csv"),
            entry("create-tenant", "create-tenant acme", "create-tenant acme --required-table orders"),
            entry("status", "status", "status ada_12345678 --verbose"),
            entry("history", "history", "history --tenants 'a*'"),
            entry("plan", "plan", "plan ada_12345678 --target 20240301_tags"),
            entry("deploy-all", "deploy-all --parallelism 8", "deploy-all --groups 1,5%,rest --on-failure stop"),
            entry("deploy", "deploy ada_12345678", "deploy ada_12345678 --target 20240301_tags --lock-timeout 10s"),
            entry("backfill", "backfill", "backfill ada_12345678 --required-table orders"),
            entry("rollback", "rollback 20240301_tags ada_12345678", "rollback 20240301_tags --groups 1,rest"),
            entry("verify", "verify", "verify --structure --json"),
            entry("drift", "drift ada_12345678 --sql", "drift --fix ada_12345678 --destructive"),
            entry("report", "report --html fleet.html", "report --html acme.html --tenants 'acme_*'"),
            entry("run", "run count.sql --csv", "run fix.sql --write --groups 1,rest"),
            entry("repair", "repair fill-checksums --all", "repair accept-checksum 20240301_tags ada_12345678"),
            entry(
                    "repair accept-checksum",
                    "repair accept-checksum 20240301_tags ada_12345678",
                    "repair accept-checksum 20240301_tags --all"),
            entry("repair fill-checksums", "repair fill-checksums ada_12345678", "repair fill-checksums --all"),
            entry(
                    "repair mark-applied",
                    "repair mark-applied 20240301_tags ada_12345678",
                    "repair mark-applied 20240301_tags --all"),
            entry(
                    "repair mark-not-applied",
                    "repair mark-not-applied 20240301_tags ada_12345678",
                    "repair mark-not-applied 20240301_tags --all"),
            entry("adopt", "adopt acme --dry-run", "adopt acme --version 20240101_init --yes"),
            entry("move-tracking", "move-tracking --to fleet", "move-tracking --to schema --tracking fleet"),
            entry("prepare", "prepare", "prepare --extension citext --extension pg_trgm"),
            entry("spares", "spares fill", "spares list"),
            entry("spares fill", "spares fill", "spares fill --keep 50 --json"),
            entry("spares list", "spares list", "spares list --verbose"),
            entry("spares drop", "spares drop", "spares drop --json"),
            entry("list", "list", "list --json"),
            entry("rename", "rename ada_12345678 lovelace", "rename ada_12345678 lovelace --json"),
            entry("drop", "drop ada_12345678", "drop ada_12345678 --yes"),
            entry("demo", "demo", "demo --url jdbc:postgresql://localhost:5432/postgres --user postgres"),
            entry("completion", "source <(tm completion bash)", "tm completion zsh --name tm > ~/.tm-completion"),
            entry("help", "help deploy-all", "help repair mark-applied"));

    private Examples() {}

    private static Map.Entry<String, List<String>> entry(String command, String... examples) {
        return Map.entry(command, List.of(examples));
    }

    /**
     * The examples of a command, as they are typed with the alias {@code tm}.
     *
     * @param qualifiedName the program's name and the command's
     */
    static List<String> of(String qualifiedName) {
        String command = qualifiedName.substring(qualifiedName.indexOf(' ') + 1);
        return OF.getOrDefault(command, List.of()).stream()
                .map(example -> example.contains("tm ") ? example : "tm " + example)
                .toList();
    }
}
