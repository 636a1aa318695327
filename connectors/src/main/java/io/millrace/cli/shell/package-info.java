/** What all commands share: versions, and how failures are told. */
@NullMarked
package io.millrace.cli.shell;

import org.jspecify.annotations.NullMarked;
