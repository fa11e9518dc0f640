import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs the main class that the first argument names, and ends when standard input does.
 *
 * A server whose test is gone, however it ended, must not stay behind: the pipe to it closes with the test.
 */
public final class UntilInputEnds {
    private UntilInputEnds() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
        var watch = new Thread(UntilInputEnds::watch, "until-input-ends");
        watch.setDaemon(true);
        watch.start();
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        try {
            Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
        } catch (InvocationTargetException thrown) {
            thrown.getCause().printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void watch() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is said to a server.
            }
        } catch (IOException ignored) {
            // A pipe that cannot be read has ended too.
        }
        // Not exit: a broker that shuts down in order may wait for others that are gone.
        Runtime.getRuntime().halt(0);
    }
}
