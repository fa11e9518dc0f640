import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What the AdminClient changes. A command is answered when the change is to be seen in the metadata. */
final class Changes {
    /** Between two looks at the metadata, milliseconds. */
    private static final long PAUSE = 50;

    private final Admin admin;

    Changes(Admin admin) {
        this.admin = admin;
    }

    /** `topic`, and `partitions` with `replication`, or `assignment`: the replicas of each partition; `config`. */
    JsonNode create(JsonNode command) throws Exception {
        String name = command.get("topic").asText();
        NewTopic topic;
        if (command.has("assignment")) {
            Map<Integer, List<Integer>> assignment = new HashMap<>();
            for (JsonNode replicas : command.get("assignment")) {
                List<Integer> nodes = new ArrayList<>();
                replicas.forEach(replica -> nodes.add(replica.asInt()));
                assignment.put(assignment.size(), nodes);
            }
            topic = new NewTopic(name, assignment);
        } else {
            int replication = command.path("replication").asInt(1);
            topic = new NewTopic(name, command.get("partitions").asInt(), (short) replication);
        }
        admin.createTopics(List.of(topic.configs(strings(command.path("config"))))).all().get();
        while (!hasLeaders(name)) {
            Thread.sleep(PAUSE);
        }
        return null;
    }

    private boolean hasLeaders(String topic) throws Exception {
        Optional<TopicDescription> description = describe(topic);
        return description.isPresent()
                && description.get().partitions().stream().allMatch(partition -> partition.leader() != null);
    }

    private Optional<TopicDescription> describe(String topic) throws Exception {
        try {
            return Optional.of(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        } catch (java.util.concurrent.ExecutionException failure) {
            if (failure.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    /** `topic`. */
    JsonNode delete(JsonNode command) throws Exception {
        String topic = command.get("topic").asText();
        admin.deleteTopics(List.of(topic)).all().get();
        while (describe(topic).isPresent()) {
            Thread.sleep(PAUSE);
        }
        return null;
    }

    /** `topic`, `partition`; the records before the offset `before`. */
    JsonNode deleteRecords(JsonNode command) throws Exception {
        var until = RecordsToDelete.beforeOffset(command.get("before").asLong());
        admin.deleteRecords(Map.of(partition(command), until)).all().get();
        return null;
    }

    /** Of the `resource` (its type) called `name`; `config`: values as strings. */
    JsonNode alterConfig(JsonNode command) throws Exception {
        var type = ConfigResource.Type.valueOf(command.get("resource").asText().toUpperCase(Locale.ROOT));
        var resource = new ConfigResource(type, command.get("name").asText());
        List<AlterConfigOp> operations = new ArrayList<>();
        strings(command.get("config")).forEach((key, value) ->
                operations.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        admin.incrementalAlterConfigs(Map.of(resource, operations)).all().get();
        return null;
    }

    /** `group`, `topic`, `partition`, `offset`: of a group without members, which need not exist yet. */
    JsonNode commit(JsonNode command) throws Exception {
        var offset = new OffsetAndMetadata(command.get("offset").asLong());
        String group = command.get("group").asText();
        admin.alterConsumerGroupOffsets(group, Map.of(partition(command), offset)).all().get();
        return null;
    }

    /** `topic`, `partition`: the preferred replica shall lead. */
    JsonNode elect(JsonNode command) throws Exception {
        admin.electLeaders(ElectionType.PREFERRED, Set.of(partition(command))).partitions().get();
        return null;
    }

    /** `principal` may do `operation` on the `resource` (its type) called `name`, or named so at first: `pattern`. */
    JsonNode allow(JsonNode command) throws Exception {
        var type = ResourceType.fromString(command.get("resource").asText());
        var kind = PatternType.valueOf(command.path("pattern").asText("LITERAL"));
        var pattern = new ResourcePattern(type, command.get("name").asText(), kind);
        var operation = AclOperation.fromString(command.get("operation").asText());
        String principal = command.get("principal").asText();
        var entry = new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW);
        admin.createAcls(List.of(new AclBinding(pattern, entry))).all().get();
        return null;
    }

    /** `entity`: types and names, a null name for the default; `key`, `value`. */
    JsonNode quota(JsonNode command) throws Exception {
        Map<String, String> entity = new HashMap<>();
        command.get("entity").properties().forEach(entry ->
                entity.put(entry.getKey(), entry.getValue().isNull() ? null : entry.getValue().asText()));
        var operation = new ClientQuotaAlteration.Op(command.get("key").asText(), command.get("value").asDouble());
        var alteration = new ClientQuotaAlteration(new ClientQuotaEntity(entity), List.of(operation));
        admin.alterClientQuotas(List.of(alteration)).all().get();
        return null;
    }

    static TopicPartition partition(JsonNode command) {
        return new TopicPartition(command.get("topic").asText(), command.get("partition").asInt());
    }

    static Map<String, String> strings(JsonNode object) {
        Map<String, String> strings = new HashMap<>();
        object.properties().forEach(entry -> strings.put(entry.getKey(), entry.getValue().asText()));
        return strings;
    }
}
