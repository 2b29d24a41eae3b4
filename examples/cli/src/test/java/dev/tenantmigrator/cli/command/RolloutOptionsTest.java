package dev.tenantmigrator.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.rollout.Cancellation;
import dev.tenantmigrator.rollout.FailurePolicy;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.rollout.RolloutGroup;
import dev.tenantmigrator.rollout.RolloutGroup.Selection;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** Conversion of the options of a rollout. */
class RolloutOptionsTest {

    private static final List<String> FLEET = List.of("ada", "beta_1", "beta_2", "zoe");

    private final Cancellation cancellation = new Cancellation();

    @Test
    void withoutOptionsTheRolloutIsTheDefault() {
        Rollout rollout = rollout();
        assertThat(FLEET).allMatch(selected()::includes);
        assertThat(rollout.order()).isEmpty();
        assertThat(rollout.groups()).isEmpty();
        assertThat(rollout.onFailure()).isEqualTo(FailurePolicy.goOn());
        assertThat(rollout.pause()).isZero();
        assertThat(rollout.lockTimeout()).isEmpty();
        assertThat(rollout.statementTimeout()).isEmpty();
        assertThat(rollout.tries()).isEqualTo(Rollout.defaults().tries());
        assertThat(rollout.cancellation()).isSameAs(cancellation);
    }

    @Test
    void timeoutsAndAttempts() {
        Rollout rollout =
                rollout("--pause", "5m", "--lock-timeout", "500ms", "--statement-timeout", "10min", "--tries", "3");
        assertThat(rollout.pause()).isEqualTo(Duration.ofMinutes(5));
        assertThat(rollout.lockTimeout()).contains(Duration.ofMillis(500));
        assertThat(rollout.statementTimeout()).contains(Duration.ofMinutes(10));
        assertThat(rollout.tries()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--tenants ada | ada",
                "--tenants beta_* | beta_1 beta_2",
                "--tenants *e*,ada | ada beta_1 beta_2 zoe",
                "--tenants zoe --tenants ada | ada zoe",
                "--tenants b.* | ''",
                "--tenants ad | ''"
            })
    void tenantsAreChosenByName(String options, String expected) {
        assertThat(FLEET.stream()
                        .filter(selected(options.split(" ", -1))::includes)
                        .toList())
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(" ", -1)));
    }

    @Test
    void anOrderIsStable() {
        assertThat(ordered("name")).isEqualTo(FLEET);
        assertThat(ordered("reverse")).containsExactly("zoe", "beta_2", "beta_1", "ada");
        Comparator<String> random = rollout("--order", "random").order().orElseThrow();
        List<String> once = FLEET.stream().sorted(random).toList();
        assertThat(FLEET.stream().sorted(random).toList()).isEqualTo(once).containsExactlyInAnyOrderElementsOf(FLEET);
    }

    @Test
    void groupsOneAfterTheOther() {
        List<RolloutGroup> groups = rollout("--groups", "1,50%,rest").groups();
        assertThat(groups).extracting(RolloutGroup::name).containsExactly("1", "50 %", "rest");
        assertThat(groups)
                .extracting(RolloutGroup::selection)
                .containsExactly(new Selection.First(1), new Selection.Percent(50), new Selection.Rest());
    }

    @Test
    void aGroupHasItsOwnSettings() {
        List<RolloutGroup> groups = rollout(
                        "--group", "beta_*:parallelism=2:on-failure=5%", "--group", "zoe:on-failure=go-on")
                .groups();
        assertThat(named(groups.get(0))).containsExactly("beta_1", "beta_2");
        assertThat(groups.get(0).parallelism()).isEqualTo(OptionalInt.of(2));
        assertThat(groups.get(0).onFailure()).contains(FailurePolicy.stopAfterPercent(5));
        assertThat(named(groups.get(1))).containsExactly("zoe");
        assertThat(groups.get(1).parallelism()).isEmpty();
        assertThat(groups.get(1).onFailure()).contains(FailurePolicy.goOn());
    }

    @Test
    void failurePolicies() {
        assertThat(rollout("--on-failure", "stop").onFailure()).isEqualTo(FailurePolicy.stop());
        assertThat(rollout("--on-failure", "3").onFailure()).isEqualTo(FailurePolicy.stopAfter(3));
        assertThat(rollout("--on-failure", "2.5%").onFailure()).isEqualTo(FailurePolicy.stopAfterPercent(2.5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--pause 5 | 10min",
                "--pause -5s | 10min",
                "--lock-timeout 0s | 1ms",
                "--statement-timeout 999999h | 596h",
                "--tries 0 | a number from 1",
                "--tries many | a number from 1",
                "--order down | name, reverse or random",
                "--on-failure maybe | go-on, stop, 3 or 5%",
                "--on-failure 0 | 1 failure or more",
                "--on-failure 101% | at most 100 %",
                "--group 0 | 1 tenant or more",
                "--group 0% | above 0",
                "--group 5%x | rest",
                "--group 1,,rest | rest",
                "--group 1:parallelism=0 | 1 or more",
                "--group 1:parallelism= | a number from 1",
                "--group 1:on-failure=never | go-on, stop, 3 or 5%",
                "--group 1:paralelism=2 | :parallelism=N or :on-failure=POLICY",
            })
    void aBadValueIsRefusedWithWhatIsAllowed(String optionAndAllowed) {
        String[] parts = optionAndAllowed.split(" \\| ", -1);
        assertThatThrownBy(() -> rollout(parts[0].split(" ", -1)))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("option '--")
                .hasMessageContaining(parts[1])
                .hasMessageNotContaining("\n");
    }

    private static List<String> named(RolloutGroup group) {
        Selection.Matching selection = (Selection.Matching) group.selection();
        return FLEET.stream().filter(selection.condition()).toList();
    }

    private List<String> ordered(String order) {
        return FLEET.stream()
                .sorted(rollout("--order", order).order().orElseThrow())
                .toList();
    }

    private static Tenants selected(String... args) {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs(args);
        return holder.options.tenants.selected(Optional.empty());
    }

    private Rollout rollout(String... args) {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs(args);
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        CliContext context =
                new CliContext(nowhere, nowhere, Map.of(), Path.of(""), Optional.empty(), false, Clock.systemUTC());
        return holder.options.rollout(cancellation, context);
    }

    @Command
    private static final class Holder {
        @Mixin
        private RolloutOptions options = new RolloutOptions();
    }
}
