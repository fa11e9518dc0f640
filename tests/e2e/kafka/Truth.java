import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/** What the AdminClient says of the cluster as a whole. What it cannot tell is null or absent, never a number. */
final class Truth {
    private final Admin admin;

    Truth(Admin admin) {
        this.admin = admin;
    }

    JsonNode read() throws Exception {
        ObjectNode truth = KafkaTruth.JSON.createObjectNode();
        brokers(truth);
        var options = new ListTopicsOptions().listInternal(true);
        Collection<String> names = admin.listTopics(options).names().get();
        Map<String, TopicDescription> topics = new TreeMap<>(admin.describeTopics(names).allTopicNames().get());
        topics(truth.putArray("topics"), topics);
        GroupTruth.read(admin, truth.putArray("groups"));
        logDirectories(truth);
        quorum(truth);
        quotas(truth);
        return truth;
    }

    private void brokers(ObjectNode truth) throws Exception {
        var cluster = admin.describeCluster();
        truth.put("cluster", cluster.clusterId().get());
        // Of ZooKeeper; with KRaft it is any broker.
        truth.put("controller", cluster.controller().get().id());
        ArrayNode brokers = truth.putArray("brokers");
        for (Node node : cluster.nodes().get()) {
            var broker = brokers.addObject().put("id", node.id()).put("rack", node.rack());
            broker.put("address", node.host() + ":" + node.port());
        }
    }

    private void topics(ArrayNode array, Map<String, TopicDescription> topics) throws Exception {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        Map<TopicPartition, OffsetSpec> earliest = new HashMap<>();
        Map<String, ConfigResource> resources = new HashMap<>();
        topics.forEach((name, topic) -> {
            resources.put(name, new ConfigResource(ConfigResource.Type.TOPIC, name));
            for (TopicPartitionInfo partition : topic.partitions()) {
                // Asking for what nobody leads would wait for a leader.
                if (exists(partition.leader())) {
                    latest.put(new TopicPartition(name, partition.partition()), OffsetSpec.latest());
                    earliest.put(new TopicPartition(name, partition.partition()), OffsetSpec.earliest());
                }
            }
        });
        ListOffsetsResult ends = admin.listOffsets(latest);
        ListOffsetsResult starts = admin.listOffsets(earliest);
        DescribeConfigsResult configs = admin.describeConfigs(resources.values());
        for (TopicDescription topic : topics.values()) {
            ObjectNode object = array.addObject().put("topic", topic.name());
            object.put("id", topic.topicId().toString()).put("internal", topic.isInternal());
            ObjectNode values = object.putObject("config");
            var config = configs.values().get(resources.get(topic.name())).get();
            config.entries().forEach(entry -> values.put(entry.name(), entry.value()));
            ArrayNode partitions = object.putArray("partitions");
            for (TopicPartitionInfo partition : topic.partitions()) {
                partition(partitions.addObject(), topic.name(), partition, starts, ends);
            }
        }
    }

    private static void partition(
            ObjectNode row, String topic, TopicPartitionInfo partition, ListOffsetsResult starts, ListOffsetsResult ends)
            throws Exception {
        row.put("partition", partition.partition());
        row.put("leader", exists(partition.leader()) ? partition.leader().id() : null);
        ArrayNode replicas = row.putArray("replicas");
        partition.replicas().forEach(replica -> replicas.add(replica.id()));
        ArrayNode inSync = row.putArray("isr");
        partition.isr().forEach(replica -> inSync.add(replica.id()));
        if (exists(partition.leader())) {
            var place = new TopicPartition(topic, partition.partition());
            row.put("earliest", starts.partitionResult(place).get().offset());
            row.put("latest", ends.partitionResult(place).get().offset());
        }
    }

    private static boolean exists(Node node) {
        return node != null && !node.isEmpty();
    }

    private void logDirectories(ObjectNode truth) throws Exception {
        ArrayNode array = truth.putArray("log_dirs");
        ArrayList<Integer> brokers = new ArrayList<>();
        truth.get("brokers").forEach(broker -> brokers.add(broker.get("id").asInt()));
        var answers = admin.describeLogDirs(brokers).allDescriptions().get();
        new TreeMap<>(answers).forEach((broker, directories) -> directories.forEach((path, directory) -> {
            ObjectNode object = array.addObject().put("broker", broker).put("path", path);
            object.put("error", directory.error() == null ? null : directory.error().toString());
            directory.totalBytes().ifPresent(bytes -> object.put("total", bytes));
            directory.usableBytes().ifPresent(bytes -> object.put("usable", bytes));
            ArrayNode replicas = object.putArray("replicas");
            directory.replicaInfos().forEach((place, replica) -> replicas
                    .addObject()
                    .put("topic", place.topic())
                    .put("partition", place.partition())
                    .put("size", replica.size())
                    .put("offset_lag", replica.offsetLag())
                    .put("future", replica.isFuture()));
        }));
    }

    private void quorum(ObjectNode truth) throws Exception {
        QuorumInfo quorum;
        try {
            quorum = admin.describeMetadataQuorum().quorumInfo().get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof UnsupportedVersionException) {
                // A cluster with ZooKeeper.
                truth.putNull("quorum");
                return;
            }
            throw failure;
        }
        ObjectNode object = truth.putObject("quorum");
        object.put("leader", quorum.leaderId()).put("epoch", quorum.leaderEpoch());
        object.put("high_watermark", quorum.highWatermark());
        replicas(object.putArray("voters"), quorum.voters());
        replicas(object.putArray("observers"), quorum.observers());
    }

    private static void replicas(ArrayNode array, List<QuorumInfo.ReplicaState> replicas) {
        for (QuorumInfo.ReplicaState replica : replicas) {
            array.addObject().put("id", replica.replicaId()).put("end", replica.logEndOffset());
        }
    }

    private void quotas(ObjectNode truth) throws Exception {
        ArrayNode array = truth.putArray("quotas");
        try {
            var quotas = admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get();
            quotas.forEach((entity, values) -> values.forEach((key, value) -> {
                ObjectNode object = array.addObject().put("key", key).put("value", value);
                ObjectNode names = object.putObject("entity");
                entity.entries().forEach(names::put);
            }));
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof UnsupportedVersionException)) {
                throw failure;
            }
        }
    }
}
