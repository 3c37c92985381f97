import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Numbered TAP results: what tap.mjs does for the clients in JavaScript. */
final class Tap {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private int count;
    private int failed;

    interface Body {
        void run() throws Exception;
    }

    interface Condition {
        boolean isMet() throws Exception;
    }

    /** Runs one check and prints its result. A check never keeps the next one from running. */
    void check(String name, Body body) {
        count++;
        CompletableFuture<Void> done = CompletableFuture.runAsync(() -> {
            try {
                body.run();
            } catch (Exception error) {
                throw new CompletionException(error);
            }
        });
        try {
            done.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            System.out.println("ok " + count + " - " + name);
        } catch (ExecutionException error) {
            fail(name, error.getCause());
        } catch (TimeoutException | InterruptedException error) {
            fail(name, new IllegalStateException("not done within " + LIMIT.toSeconds() + " s"));
        }
    }

    private void fail(String name, Throwable error) {
        failed++;
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        System.out.println("not ok " + count + " - " + name + "\n  " + text.toString().replace("\n", "\n  "));
    }

    /** Prints the plan and ends the process: what the SDK leaves open must not keep it alive. */
    void finish() {
        System.out.println("1.." + count);
        System.exit(failed == 0 ? 0 : 1);
    }

    static void ensure(boolean is, Object why) {
        if (!is) {
            throw new IllegalStateException(String.valueOf(why));
        }
    }

    /** Waits until the condition is met. */
    static void eventually(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.isMet()) {
            ensure(System.nanoTime() < end, what + ": not within 10 s");
            Thread.sleep(10);
        }
    }
}
