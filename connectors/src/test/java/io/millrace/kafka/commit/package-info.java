@NullMarked
package io.millrace.kafka.commit;

import org.jspecify.annotations.NullMarked;
