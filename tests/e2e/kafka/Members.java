import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Members of groups, each in a thread of its own, that go on polling until they are told to leave. */
final class Members {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long PATIENCE_SECONDS = 180;

    private final String bootstrap;
    private final Map<String, List<Member>> named = new HashMap<>();

    Members(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /**
     * Under `name`: `members` of `group` read `topic` from its beginning and commit what they read. The `kind` is
     * `classic`, `consumer` (KIP-848) or `share`. Answered when together they have read `records`, and each has a
     * part in the group.
     */
    JsonNode consume(JsonNode command) throws Exception {
        List<Member> members = new ArrayList<>();
        var read = new AtomicLong();
        for (int number = 0; number < command.path("members").asInt(1); number++) {
            var member = new Member(command, read);
            members.add(member);
            member.start();
        }
        named.put(command.get("name").asText(), members);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (Member member : members) {
            if (!member.ready.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("no part in the group in time");
            }
        }
        while (read.get() < command.path("records").asLong(0)) {
            for (Member member : members) {
                member.check();
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("only " + read + " records in time");
            }
            Thread.sleep(20);
        }
        return KafkaTruth.JSON.createObjectNode().put("read", read.get());
    }

    /** Ends what `consume` began under `name`; answered when all have left their group. */
    JsonNode leave(JsonNode command) throws Exception {
        for (Member member : named.remove(command.get("name").asText())) {
            member.leaving = true;
            member.join();
            member.check();
        }
        return null;
    }

    private final class Member extends Thread {
        final CountDownLatch ready = new CountDownLatch(1);
        volatile boolean leaving;
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private final JsonNode command;
        private final AtomicLong read;

        Member(JsonNode command, AtomicLong read) {
            this.command = command;
            this.read = read;
        }

        @Override
        public void run() {
            try {
                if (kind().equals("share")) {
                    share();
                } else {
                    consumer();
                }
            } catch (Exception thrown) {
                failure.set(thrown);
            }
            ready.countDown();
        }

        void check() throws Exception {
            if (failure.get() != null) {
                throw failure.get();
            }
        }

        private String kind() {
            return command.path("kind").asText("classic");
        }

        private Map<String, Object> settings() {
            Map<String, Object> settings = new HashMap<>();
            settings.put("bootstrap.servers", bootstrap);
            settings.put("group.id", command.get("group").asText());
            return settings;
        }

        private void consumer() {
            Map<String, Object> settings = settings();
            settings.put("auto.offset.reset", "earliest");
            settings.put("enable.auto.commit", false);
            settings.put("group.protocol", kind());
            settings.put("isolation.level", "read_committed");
            var deserializer = new ByteArrayDeserializer();
            try (var consumer = new KafkaConsumer<>(settings, deserializer, deserializer)) {
                consumer.subscribe(List.of(command.get("topic").asText()));
                while (!leaving) {
                    int count = consumer.poll(POLL).count();
                    if (!consumer.assignment().isEmpty()) {
                        ready.countDown();
                    }
                    if (count > 0) {
                        consumer.commitSync();
                        read.addAndGet(count);
                    }
                }
            }
        }

        private void share() {
            var deserializer = new ByteArrayDeserializer();
            try (var consumer = new KafkaShareConsumer<>(settings(), deserializer, deserializer)) {
                consumer.subscribe(List.of(command.get("topic").asText()));
                while (!leaving) {
                    int count = consumer.poll(POLL).count();
                    consumer.commitSync();
                    read.addAndGet(count);
                    ready.countDown();
                }
            }
        }
    }
}
