import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * Drives a Kafka cluster for the tests and tells what its own clients say of it: a command as a line of JSON in, an
 * answer as a line of JSON out, in order. The argument is the address to start from.
 *
 * An answer is an object; one with the field `error` says that the command failed, and why. The process lives as long
 * as its input, and the members of groups that it started live in it.
 *
 * How to get it wrong: printing anything else to standard output, which the clients' log does by default. That is why
 * standard output is taken away from everybody else before the first client, and with it the log, comes into being.
 */
public final class KafkaTruth {
    static final ObjectMapper JSON = new ObjectMapper();

    private final Admin admin;
    private final Changes changes;
    private final Records records;
    private final Members members;

    private KafkaTruth(Admin admin, String bootstrap) {
        this.admin = admin;
        this.changes = new Changes(admin);
        this.records = new Records(bootstrap);
        this.members = new Members(bootstrap);
    }

    public static void main(String[] arguments) throws IOException {
        var answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        Map<String, Object> settings =
                Map.of("bootstrap.servers", arguments[0], "default.api.timeout.ms", 30_000, "request.timeout.ms", 10_000);
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var truth = new KafkaTruth(Admin.create(settings), arguments[0]);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.println(JSON.writeValueAsString(truth.answer(line)));
        }
        // Not exit: closing clients in order may wait for brokers that are gone.
        Runtime.getRuntime().halt(0);
    }

    private JsonNode answer(String line) {
        try {
            JsonNode command = JSON.readTree(line);
            JsonNode answer = dispatch(command.get("do").asText(), command);
            return answer == null ? JSON.createObjectNode() : answer;
        } catch (Exception failure) {
            ObjectNode answer = JSON.createObjectNode();
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            return answer.put("error", cause.toString());
        }
    }

    private JsonNode dispatch(String what, JsonNode command) throws Exception {
        return switch (what) {
            case "truth" -> new Truth(admin).read();
            case "create" -> changes.create(command);
            case "delete" -> changes.delete(command);
            case "delete_records" -> changes.deleteRecords(command);
            case "alter_config" -> changes.alterConfig(command);
            case "commit" -> changes.commit(command);
            case "elect" -> changes.elect(command);
            case "allow" -> changes.allow(command);
            case "quota" -> changes.quota(command);
            case "produce" -> records.produce(command);
            case "transaction" -> records.transaction(command);
            case "pace" -> records.pace(command);
            case "timestamp" -> records.timestamp(command);
            case "rest" -> records.rest(command);
            case "consume" -> members.consume(command);
            case "leave" -> members.leave(command);
            default -> throw new IllegalArgumentException("no such command: " + what);
        };
    }
}
