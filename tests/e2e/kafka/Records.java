import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Records with timestamps that the test knows. */
final class Records {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String bootstrap;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, Thread> paced = new ConcurrentHashMap<>();

    Records(String bootstrap) {
        this.bootstrap = bootstrap;
        this.producer = create(Map.of());
    }

    private KafkaProducer<byte[], byte[]> create(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", "all");
        settings.put("delivery.timeout.ms", 120_000);
        settings.put("request.timeout.ms", 30_000);
        settings.put("max.block.ms", 120_000);
        var serializer = new ByteArraySerializer();
        return new KafkaProducer<>(settings, serializer, serializer);
    }

    /**
     * `topic`, `partition`: `records` of `bytes` each, the first with the timestamp `start`, each `step` milliseconds
     * after the one before. Answers with the offset of the last.
     */
    JsonNode produce(JsonNode command) throws Exception {
        return last(send(producer, command));
    }

    private static List<Future<RecordMetadata>> send(KafkaProducer<byte[], byte[]> producer, JsonNode command) {
        TopicPartition to = Changes.partition(command);
        long start = command.get("start").asLong();
        long step = command.path("step").asLong(0);
        var value = new byte[command.path("bytes").asInt(100)];
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int number = 0; number < command.get("records").asInt(); number++) {
            long timestamp = start + number * step;
            sent.add(producer.send(new ProducerRecord<>(to.topic(), to.partition(), timestamp, null, value)));
        }
        return sent;
    }

    private static JsonNode last(List<Future<RecordMetadata>> sent) throws Exception {
        long offset = -1;
        for (Future<RecordMetadata> record : sent) {
            offset = record.get().offset();
        }
        return KafkaTruth.JSON.createObjectNode().put("last", offset);
    }

    /** As `produce`, in one transaction that is committed, or aborted if `abort` is set. */
    JsonNode transaction(JsonNode command) throws Exception {
        String identifier = "transaction-" + System.nanoTime();
        try (var transactional = create(Map.of("transactional.id", identifier))) {
            transactional.initTransactions();
            transactional.beginTransaction();
            var sent = send(transactional, command);
            transactional.flush();
            JsonNode answer = last(sent);
            if (command.path("abort").asBoolean()) {
                transactional.abortTransaction();
            } else {
                transactional.commitTransaction();
            }
            return answer;
        }
    }

    /** Under `name`: `burst` records to `topic`, `partition` each `step` milliseconds, with the time of the clock. */
    JsonNode pace(JsonNode command) {
        TopicPartition to = Changes.partition(command);
        long step = command.get("step").asLong();
        int burst = command.path("burst").asInt(1);
        var thread = new Thread(() -> {
            try {
                for (long due = System.currentTimeMillis(); ; due += step) {
                    Thread.sleep(Math.max(0, due - System.currentTimeMillis()));
                    long now = System.currentTimeMillis();
                    for (int number = 0; number < burst; number++) {
                        var value = new byte[10];
                        producer.send(new ProducerRecord<>(to.topic(), to.partition(), now, null, value));
                    }
                }
            } catch (InterruptedException | org.apache.kafka.common.errors.InterruptException ended) {
                // As asked.
            }
        });
        paced.put(command.get("name").asText(), thread);
        thread.start();
        return null;
    }

    /** Ends what `pace` began under `name`. */
    JsonNode rest(JsonNode command) throws InterruptedException {
        Thread thread = paced.remove(command.get("name").asText());
        thread.interrupt();
        thread.join();
        producer.flush();
        return null;
    }

    /** The timestamp of the first record of `topic`, `partition` that consumers see at `offset` or after it. */
    JsonNode timestamp(JsonNode command) {
        TopicPartition place = Changes.partition(command);
        // Where the record is gone, the first that is still there.
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap, "max.poll.records", 1, "auto.offset.reset", "earliest");
        var deserializer = new ByteArrayDeserializer();
        try (var consumer = new KafkaConsumer<>(settings, deserializer, deserializer)) {
            consumer.assign(List.of(place));
            consumer.seek(place, command.get("offset").asLong());
            for (var record : consumer.poll(PATIENCE)) {
                var answer = KafkaTruth.JSON.createObjectNode();
                return answer.put("timestamp", record.timestamp()).put("offset", record.offset());
            }
            throw new IllegalStateException("no record there");
        }
    }
}
