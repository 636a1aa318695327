package io.millrace.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs where Docker answers and the images can be had, and is skipped elsewhere. The
 * log says which of the two it was, and why.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(DockerCondition.class)
public @interface RequiresDocker {
    /** Whether it needs Docker's compose command too. */
    boolean compose() default false;
}
