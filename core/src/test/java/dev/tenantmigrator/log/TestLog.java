package dev.tenantmigrator.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Shows warnings on standard error; and while a test looks at them, keeps all lines of the library. */
public final class TestLog extends LegacyAbstractLogger {

    private static final long serialVersionUID = 1L;

    private static volatile Optional<Queue<Line>> kept = Optional.empty();

    TestLog(String name) {
        this.name = name;
    }

    /**
     * A line of the log.
     *
     * @param text the message and, if there is an exception, its stack trace
     * @param context the diagnostic context of the thread
     */
    public record Line(Level level, String text, Map<String, String> context) {

        /** Whether it is shown where debugging is not. */
        public boolean isShown() {
            return level.toInt() >= Level.INFO.toInt();
        }
    }

    /** Work that may fail. */
    @FunctionalInterface
    public interface Work {
        /** Works, and throws whatever goes wrong. */
        void run() throws Exception;
    }

    /** The library's lines of all levels, of all threads, while something is done. */
    public static List<Line> during(Work work) throws Exception {
        Queue<Line> lines = new ConcurrentLinkedQueue<>();
        kept = Optional.of(lines);
        try {
            work.run();
        } finally {
            kept = Optional.empty();
        }
        return List.copyOf(lines);
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level, Marker marker, String messagePattern, Object[] arguments, Throwable throwable) {
        StringWriter text = new StringWriter();
        text.write(MessageFormatter.basicArrayFormat(messagePattern, arguments));
        if (throwable != null) {
            text.write(System.lineSeparator());
            throwable.printStackTrace(new PrintWriter(text, true));
        }
        Map<String, String> context = MDC.getCopyOfContextMap();
        Line line = new Line(level, text.toString(), context == null ? Map.of() : Map.copyOf(context));
        kept.filter(lines -> isOfLibrary()).ifPresent(lines -> lines.add(line));
        if (isPrinted(level)) {
            System.err.println(level + " " + name + " - " + line.text());
        }
    }

    private boolean isOfLibrary() {
        return name.startsWith("dev.tenantmigrator.");
    }

    private boolean isPrinted(Level level) {
        return level.toInt() >= (name.startsWith("com.zaxxer.hikari") ? Level.ERROR : Level.WARN).toInt();
    }

    private boolean isEnabled(Level level) {
        return isPrinted(level) || (kept.isPresent() && isOfLibrary());
    }

    @Override
    protected String getFullyQualifiedCallerName() {
        return name;
    }

    @Override
    public boolean isTraceEnabled() {
        return isEnabled(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return isEnabled(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return isEnabled(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return isEnabled(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return isEnabled(Level.ERROR);
    }
}
