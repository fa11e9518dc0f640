//! The shapes of the answers about groups.

use kafka_protocol::{
    messages::{
        ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, DescribeGroupsRequest,
        DescribeGroupsResponse, FindCoordinatorRequest, FindCoordinatorResponse, ListGroupsRequest,
        ListGroupsResponse, ShareGroupDescribeRequest, ShareGroupDescribeResponse,
        consumer_group_describe_response as consumer, describe_groups_response as classic,
        find_coordinator_response::Coordinator, list_groups_response::ListedGroup,
        share_group_describe_response as share,
    },
    protocol::StrBytes,
};

use super::{Call, sealed::Shaped};
use crate::{
    Api,
    shape::{Field, Form, always, between, since},
};

impl Call for FindCoordinatorRequest {
    const API: Api = Api::FindCoordinator;
    type Answer = FindCoordinatorResponse;
}

impl Shaped for FindCoordinatorRequest {
    const FIELDS: &'static [Field] = &[
        since(1, Form::Fixed(4)),      // throttle_time_ms
        between(0, 3, Form::Fixed(2)), // error_code
        between(1, 3, Form::Text),     // error_message
        between(0, 3, Form::Fixed(4)), // node_id
        between(0, 3, Form::Text),     // host
        between(0, 3, Form::Fixed(4)), // port
        since(4, Form::Structures { memory: size_of::<Coordinator>(), fields: COORDINATOR }),
    ];
}

const COORDINATOR: &[Field] = &[
    always(Form::Text),     // key
    always(Form::Fixed(4)), // node_id
    always(Form::Text),     // host
    always(Form::Fixed(4)), // port
    always(Form::Fixed(2)), // error_code
    always(Form::Text),     // error_message
];

impl Call for ListGroupsRequest {
    const API: Api = Api::ListGroups;
    type Answer = ListGroupsResponse;
}

impl Shaped for ListGroupsRequest {
    const FIELDS: &'static [Field] = &[
        since(1, Form::Fixed(4)), // throttle_time_ms
        always(Form::Fixed(2)),   // error_code
        always(Form::Structures { memory: size_of::<ListedGroup>(), fields: LISTED_GROUP }),
    ];
}

const LISTED_GROUP: &[Field] = &[
    always(Form::Text),   // group_id
    always(Form::Text),   // protocol_type
    since(4, Form::Text), // group_state
    since(5, Form::Text), // group_type
];

impl Call for DescribeGroupsRequest {
    const API: Api = Api::DescribeGroups;
    type Answer = DescribeGroupsResponse;
}

impl Shaped for DescribeGroupsRequest {
    const FIELDS: &'static [Field] = &[
        since(1, Form::Fixed(4)), // throttle_time_ms
        always(Form::Structures { memory: size_of::<classic::DescribedGroup>(), fields: CLASSIC_GROUP }),
    ];
}

const CLASSIC_GROUP: &[Field] = &[
    always(Form::Fixed(2)), // error_code
    since(6, Form::Text),   // error_message
    always(Form::Text),     // group_id
    always(Form::Text),     // group_state
    always(Form::Text),     // protocol_type
    always(Form::Text),     // protocol_data
    always(Form::Structures { memory: size_of::<classic::DescribedGroupMember>(), fields: CLASSIC_MEMBER }),
    since(3, Form::Fixed(4)), // authorized_operations
];

const CLASSIC_MEMBER: &[Field] = &[
    always(Form::Text),   // member_id
    since(4, Form::Text), // group_instance_id
    always(Form::Text),   // client_id
    always(Form::Text),   // client_host
    always(Form::Bytes),  // member_metadata
    always(Form::Bytes),  // member_assignment
];

impl Call for ConsumerGroupDescribeRequest {
    const API: Api = Api::ConsumerGroupDescribe;
    type Answer = ConsumerGroupDescribeResponse;
}

impl Shaped for ConsumerGroupDescribeRequest {
    const FIELDS: &'static [Field] = &[
        always(Form::Fixed(4)), // throttle_time_ms
        always(Form::Structures { memory: size_of::<consumer::DescribedGroup>(), fields: CONSUMER_GROUP }),
    ];
}

const CONSUMER_GROUP: &[Field] = &[
    always(Form::Fixed(2)), // error_code
    always(Form::Text),     // error_message
    always(Form::Text),     // group_id
    always(Form::Text),     // group_state
    always(Form::Fixed(8)), // group_epoch, assignment_epoch
    always(Form::Text),     // assignor_name
    always(Form::Structures { memory: size_of::<consumer::Member>(), fields: CONSUMER_MEMBER }),
    always(Form::Fixed(4)), // authorized_operations
];

const CONSUMER_MEMBER: &[Field] = &[
    always(Form::Text),                                    // member_id
    always(Form::Text),                                    // instance_id
    always(Form::Text),                                    // rack_id
    always(Form::Fixed(4)),                                // member_epoch
    always(Form::Text),                                    // client_id
    always(Form::Text),                                    // client_host
    always(Form::Texts { memory: size_of::<StrBytes>() }), // subscribed_topic_names
    always(Form::Text),                                    // subscribed_topic_regex
    always(Form::Structure(CONSUMER_ASSIGNMENT)),          // assignment
    always(Form::Structure(CONSUMER_ASSIGNMENT)),          // target_assignment
    since(1, Form::Fixed(1)),                              // member_type
];

const CONSUMER_ASSIGNMENT: &[Field] =
    &[always(Form::Structures { memory: size_of::<consumer::TopicPartitions>(), fields: TOPIC_PARTITIONS })];

const TOPIC_PARTITIONS: &[Field] = &[
    always(Form::Fixed(16)),           // topic_id
    always(Form::Text),                // topic_name
    always(Form::Numbers { wire: 4 }), // partitions
];

impl Call for ShareGroupDescribeRequest {
    const API: Api = Api::ShareGroupDescribe;
    type Answer = ShareGroupDescribeResponse;
}

impl Shaped for ShareGroupDescribeRequest {
    const FIELDS: &'static [Field] = &[
        always(Form::Fixed(4)), // throttle_time_ms
        always(Form::Structures { memory: size_of::<share::DescribedGroup>(), fields: SHARE_GROUP }),
    ];
}

const SHARE_GROUP: &[Field] = &[
    always(Form::Fixed(2)), // error_code
    always(Form::Text),     // error_message
    always(Form::Text),     // group_id
    always(Form::Text),     // group_state
    always(Form::Fixed(8)), // group_epoch, assignment_epoch
    always(Form::Text),     // assignor_name
    always(Form::Structures { memory: size_of::<share::Member>(), fields: SHARE_MEMBER }),
    always(Form::Fixed(4)), // authorized_operations
];

const SHARE_MEMBER: &[Field] = &[
    always(Form::Text),                                    // member_id
    always(Form::Text),                                    // rack_id
    always(Form::Fixed(4)),                                // member_epoch
    always(Form::Text),                                    // client_id
    always(Form::Text),                                    // client_host
    always(Form::Texts { memory: size_of::<StrBytes>() }), // subscribed_topic_names
    always(Form::Structure(SHARE_ASSIGNMENT)),             // assignment
];

const SHARE_ASSIGNMENT: &[Field] =
    &[always(Form::Structures { memory: size_of::<share::TopicPartitions>(), fields: TOPIC_PARTITIONS })];
