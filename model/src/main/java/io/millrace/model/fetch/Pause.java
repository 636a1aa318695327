package io.millrace.model.fetch;

/** Lets time pass. */
@FunctionalInterface
interface Pause {
    void millis(long millis) throws InterruptedException;
}
