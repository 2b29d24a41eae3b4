package dev.tenantmigrator.internal.sql;

/** What text goes through before it can stand in a string literal, or in what a literal's content is in turn. */
enum Escape {
    /** {@code '…'} */
    QUOTES {
        @Override
        String apply(String text) {
            return text.replace("'", "''");
        }
    },
    /** {@code E'…'}, where the driver ends the string at a doubled quote, and begins one without backslashes. */
    BACKSLASHES {
        @Override
        String apply(String text) {
            return text.replace("\\", "\\\\").replace("'", "\\'");
        }
    },
    /** {@code U&'…'} */
    UNICODE {
        @Override
        String apply(String text) {
            return text.replace("\\", "\\\\").replace("'", "''");
        }
    },
    /** The first argument of {@code format}. */
    FORMAT {
        @Override
        String apply(String text) {
            return text.replace("%", "%%");
        }
    },
    /** An element of {@code '{…}'}, in double quotes or not. */
    ARRAY {
        @Override
        String apply(String text) {
            String escaped = before(text, " \t\n\r\u000b\f\\\"{},");
            return Identifiers.fold(text).equals("null") ? '\\' + escaped : escaped;
        }
    },
    /** The right side of {@code LIKE}. */
    PATTERN {
        @Override
        String apply(String text) {
            return before(text, "\\%_");
        }
    };

    abstract String apply(String text);

    private static String before(String text, String special) {
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (special.indexOf(text.charAt(i)) >= 0) {
                result.append('\\');
            }
            result.append(text.charAt(i));
        }
        return result.toString();
    }
}
