package dev.tenantmigrator.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** The main class of a JVM whose class path has another JUnit. */
final class OnJUnit6 {

    private OnJUnit6() {}

    /** Runs the tests of this module. Says the version of JUnit and the number of tests that passed, and ends with 1 if one failed. */
    public static void main(String[] arguments) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        Launcher launcher = LauncherFactory.create();
        launcher.execute(
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(
                                selectClass(TenantTestTest.class),
                                selectClass(VendorTest.class),
                                selectClass(RollbackTest.class))
                        .build(),
                summary);
        String jar =
                Test.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        System.out.println(jar.substring(jar.lastIndexOf('/') + 1) + ' '
                + summary.getSummary().getTestsSucceededCount() + " passed");
        summary.getSummary().getFailures().forEach(failure -> {
            System.out.println(failure.getTestIdentifier().getDisplayName());
            failure.getException().printStackTrace(System.out);
        });
        System.exit(summary.getSummary().getTotalFailureCount() == 0 ? 0 : 1);
    }
}
