import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Fills an empty broker for `cargo xtask bench kafka`: topics, records in every partition, and commits of groups without
 * members. Arguments: address, partitions, partitions of a topic, groups, commits of all groups, records of a partition.
 *
 * Commits are spread evenly over groups and partitions, and none is at the end: every lag is from 1 to the number of records,
 * so that a lag of 0 is false.
 */
public final class Fill {
    /** Topics that are created at once: each is work of the controller that times out if there is too much. */
    private static final int TOPICS_AT_ONCE = 10;
    /** Groups that are asked to commit at once. */
    private static final int GROUPS_AT_ONCE = 50;

    private Fill() {}

    public static void main(String[] arguments) throws Exception {
        int partitions = Integer.parseInt(arguments[1]);
        int ofTopic = Integer.parseInt(arguments[2]);
        int groups = Integer.parseInt(arguments[3]);
        int commits = Integer.parseInt(arguments[4]);
        int records = Integer.parseInt(arguments[5]);
        List<TopicPartition> all = new ArrayList<>();
        for (int number = 0; number < partitions; number++) {
            all.add(new TopicPartition(String.format("bench.topic-%05d", number / ofTopic), number % ofTopic));
        }
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[0], "default.api.timeout.ms", 240_000,
                "request.timeout.ms", 120_000);
        try (Admin admin = Admin.create(settings)) {
            create(admin, all);
            produce(arguments[0], all, records);
            commit(admin, all, groups, commits, records);
        }
    }

    private static void create(Admin admin, List<TopicPartition> all) throws Exception {
        Map<String, Integer> sizes = new HashMap<>();
        all.forEach(partition -> sizes.merge(partition.topic(), 1, Integer::sum));
        List<String> names = sizes.keySet().stream().sorted().toList();
        for (int from = 0; from < names.size(); from += TOPICS_AT_ONCE) {
            var now = names.subList(from, Math.min(from + TOPICS_AT_ONCE, names.size()));
            var topics = now.stream().map(name -> new NewTopic(name, sizes.get(name), (short) 1)).toList();
            admin.createTopics(topics).all().get();
        }
    }

    private static void produce(String address, List<TopicPartition> all, int records) throws Exception {
        Map<String, Object> settings = Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address,
                ProducerConfig.LINGER_MS_CONFIG, 50, ProducerConfig.BATCH_SIZE_CONFIG, 4_096,
                ProducerConfig.BUFFER_MEMORY_CONFIG, 128L << 20, ProducerConfig.ACKS_CONFIG, "1",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 240_000);
        var failures = new ArrayList<Exception>();
        // Bounded, so that a busy broker is not asked for everything at once.
        var room = new Semaphore(20_000);
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (TopicPartition partition : all) {
                for (int number = 0; number < records; number++) {
                    var record = new ProducerRecord<byte[], byte[]>(partition.topic(), partition.partition(), null,
                            new byte[100]);
                    room.acquire();
                    producer.send(record, (metadata, failure) -> {
                        room.release();
                        if (failure != null) {
                            synchronized (failures) {
                                failures.add(failure);
                            }
                        }
                    });
                }
            }
            producer.flush();
            producer.close(Duration.ofSeconds(60));
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    private static void commit(Admin admin, List<TopicPartition> all, int groups, int commits, int records)
            throws Exception {
        List<KafkaFuture<Void>> under = new ArrayList<>();
        int each = commits / groups;
        for (int group = 0; group < groups; group++) {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            for (int number = 0; number < each; number++) {
                int place = (int) (((long) group * each + number) % all.size());
                offsets.put(all.get(place), new OffsetAndMetadata((group + number) % records));
            }
            under.add(admin.alterConsumerGroupOffsets(String.format("bench-group-%05d", group), offsets).all());
            if (under.size() == GROUPS_AT_ONCE || group == groups - 1) {
                KafkaFuture.allOf(under.toArray(new KafkaFuture<?>[0])).get();
                under.clear();
            }
        }
    }
}
