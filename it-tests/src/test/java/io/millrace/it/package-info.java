/** What needs brokers, containers and kills; and the rules that the modules keep. */
@NullMarked
package io.millrace.it;

import org.jspecify.annotations.NullMarked;
