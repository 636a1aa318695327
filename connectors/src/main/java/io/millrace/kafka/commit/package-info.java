/** Transactions that were lost fail the job: loss is never silent. */
@NullMarked
package io.millrace.kafka.commit;

import org.jspecify.annotations.NullMarked;
