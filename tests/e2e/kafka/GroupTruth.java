import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.common.GroupType;

/** What the AdminClient says of groups: type, state, members, assignor, coordinator, offsets. */
final class GroupTruth {
    private GroupTruth() {}

    static void read(Admin admin, ArrayNode array) throws Exception {
        // Ordered, so that two truths of the same moment are the same text.
        Map<String, GroupListing> groups = new TreeMap<>();
        for (GroupListing listing : admin.listGroups(new ListGroupsOptions()).all().get()) {
            groups.put(listing.groupId(), listing);
        }
        List<String> share = groups.values().stream().filter(GroupTruth::isShare).map(GroupListing::groupId).toList();
        Collection<String> others = new java.util.ArrayList<>(groups.keySet());
        others.removeAll(share);
        Map<String, ObjectNode> objects = new HashMap<>();
        groups.forEach((name, listing) -> {
            ObjectNode object = array.addObject().put("group", name).put("protocol", listing.protocol());
            object.put("type", listing.type().map(GroupType::toString).orElse(null));
            objects.put(name, object);
        });
        others(admin, others, objects);
        share(admin, share, objects);
    }

    private static boolean isShare(GroupListing listing) {
        return listing.type().equals(java.util.Optional.of(GroupType.SHARE));
    }

    private static void others(Admin admin, Collection<String> names, Map<String, ObjectNode> objects)
            throws Exception {
        Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
        names.forEach(name -> asked.put(name, new ListConsumerGroupOffsetsSpec()));
        var offsets = admin.listConsumerGroupOffsets(asked);
        for (ConsumerGroupDescription group : admin.describeConsumerGroups(names).all().get().values()) {
            ObjectNode object = objects.get(group.groupId()).put("state", group.groupState().toString());
            object.put("members", group.members().size()).put("assignor", group.partitionAssignor());
            object.put("coordinator", group.coordinator().id());
            ArrayNode committed = object.putArray("committed");
            // A null offset: the group was asked about a partition that it has not committed.
            offsets.partitionsToOffsetAndMetadata(group.groupId()).get().forEach((place, offset) -> {
                if (offset != null) {
                    committed
                            .addObject()
                            .put("topic", place.topic())
                            .put("partition", place.partition())
                            .put("offset", offset.offset());
                }
            });
        }
    }

    private static void share(Admin admin, Collection<String> names, Map<String, ObjectNode> objects)
            throws Exception {
        if (names.isEmpty()) {
            return;
        }
        Map<String, ListShareGroupOffsetsSpec> asked = new HashMap<>();
        names.forEach(name -> asked.put(name, new ListShareGroupOffsetsSpec()));
        var offsets = admin.listShareGroupOffsets(asked);
        for (ShareGroupDescription group : admin.describeShareGroups(names).all().get().values()) {
            ObjectNode object = objects.get(group.groupId()).put("state", group.groupState().toString());
            object.put("members", group.members().size()).put("coordinator", group.coordinator().id());
            ArrayNode started = object.putArray("share_start");
            offsets.partitionsToOffsetInfo(group.groupId()).get().forEach((place, offset) -> {
                if (offset != null) {
                    ObjectNode row = started.addObject().put("topic", place.topic());
                    row.put("partition", place.partition()).put("offset", offset.startOffset());
                    // KIP-1226: records behind the start may be done already.
                    row.put("lag", offset.lag().orElse(null));
                }
            });
        }
    }
}
