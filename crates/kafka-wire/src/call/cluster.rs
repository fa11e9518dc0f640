//! The shapes of the answers about the cluster, its configuration and its quotas.

use kafka_protocol::messages::{
    DescribeClientQuotasRequest, DescribeClientQuotasResponse, DescribeClusterRequest,
    DescribeClusterResponse, DescribeConfigsRequest, DescribeConfigsResponse, DescribeQuorumRequest,
    DescribeQuorumResponse, describe_client_quotas_response as quotas,
    describe_cluster_response::DescribeClusterBroker, describe_configs_response as configs,
    describe_quorum_response as quorum,
};

use super::{Call, sealed::Shaped};
use crate::{
    Api,
    shape::{Field, Form, always, since},
};

impl Call for DescribeClusterRequest {
    const API: Api = Api::DescribeCluster;
    type Answer = DescribeClusterResponse;
}

impl Shaped for DescribeClusterRequest {
    const FIELDS: &'static [Field] = &[
        always(Form::Fixed(6)),   // throttle_time_ms, error_code
        always(Form::Text),       // error_message
        since(1, Form::Fixed(1)), // endpoint_type
        always(Form::Text),       // cluster_id
        always(Form::Fixed(4)),   // controller_id
        always(Form::Structures { memory: size_of::<DescribeClusterBroker>(), fields: BROKER }),
        always(Form::Fixed(4)), // cluster_authorized_operations
    ];
}

const BROKER: &[Field] = &[
    always(Form::Fixed(4)),   // broker_id
    always(Form::Text),       // host
    always(Form::Fixed(4)),   // port
    always(Form::Text),       // rack
    since(2, Form::Fixed(1)), // is_fenced
];

impl Call for DescribeQuorumRequest {
    const API: Api = Api::DescribeQuorum;
    type Answer = DescribeQuorumResponse;
}

impl Shaped for DescribeQuorumRequest {
    const FIELDS: &'static [Field] = &[
        always(Form::Fixed(2)), // error_code
        since(2, Form::Text),   // error_message
        always(Form::Structures { memory: size_of::<quorum::TopicData>(), fields: QUORUM_TOPIC }),
        since(2, Form::Structures { memory: size_of::<quorum::Node>(), fields: QUORUM_NODE }),
    ];
}

const QUORUM_TOPIC: &[Field] = &[
    always(Form::Text), // topic_name
    always(Form::Structures { memory: size_of::<quorum::PartitionData>(), fields: QUORUM_PARTITION }),
];

const QUORUM_PARTITION: &[Field] = &[
    always(Form::Fixed(6)),  // partition_index, error_code
    since(2, Form::Text),    // error_message
    always(Form::Fixed(16)), // leader_id, leader_epoch, high_watermark
    always(Form::Structures { memory: size_of::<quorum::ReplicaState>(), fields: REPLICA_STATE }), // current_voters
    always(Form::Structures { memory: size_of::<quorum::ReplicaState>(), fields: REPLICA_STATE }), // observers
];

const REPLICA_STATE: &[Field] = &[
    always(Form::Fixed(4)),    // replica_id
    since(2, Form::Fixed(16)), // replica_directory_id
    always(Form::Fixed(8)),    // log_end_offset
    since(1, Form::Fixed(16)), // last_fetch_timestamp, last_caught_up_timestamp
];

const QUORUM_NODE: &[Field] = &[
    always(Form::Fixed(4)), // node_id
    always(Form::Structures { memory: size_of::<quorum::Listener>(), fields: LISTENER }),
];

const LISTENER: &[Field] = &[
    always(Form::Text),     // name
    always(Form::Text),     // host
    always(Form::Fixed(2)), // port
];

impl Call for DescribeConfigsRequest {
    const API: Api = Api::DescribeConfigs;
    type Answer = DescribeConfigsResponse;
}

impl Shaped for DescribeConfigsRequest {
    const FIELDS: &'static [Field] = &[
        always(Form::Fixed(4)), // throttle_time_ms
        always(Form::Structures { memory: size_of::<configs::DescribeConfigsResult>(), fields: RESOURCE }),
    ];
}

const RESOURCE: &[Field] = &[
    always(Form::Fixed(2)), // error_code
    always(Form::Text),     // error_message
    always(Form::Fixed(1)), // resource_type
    always(Form::Text),     // resource_name
    always(Form::Structures { memory: size_of::<configs::DescribeConfigsResourceResult>(), fields: CONFIG }),
];

const CONFIG: &[Field] = &[
    always(Form::Text),     // name
    always(Form::Text),     // value
    always(Form::Fixed(3)), // read_only, config_source, is_sensitive
    always(Form::Structures { memory: size_of::<configs::DescribeConfigsSynonym>(), fields: SYNONYM }),
    since(3, Form::Fixed(1)), // config_type
    since(3, Form::Text),     // documentation
];

const SYNONYM: &[Field] = &[
    always(Form::Text),     // name
    always(Form::Text),     // value
    always(Form::Fixed(1)), // source
];

impl Call for DescribeClientQuotasRequest {
    const API: Api = Api::DescribeClientQuotas;
    type Answer = DescribeClientQuotasResponse;
}

impl Shaped for DescribeClientQuotasRequest {
    const FIELDS: &'static [Field] = &[
        always(Form::Fixed(6)), // throttle_time_ms, error_code
        always(Form::Text),     // error_message
        always(Form::Structures { memory: size_of::<quotas::EntryData>(), fields: QUOTA_ENTRY }),
    ];
}

const QUOTA_ENTRY: &[Field] = &[
    always(Form::Structures { memory: size_of::<quotas::EntityData>(), fields: QUOTA_ENTITY }),
    always(Form::Structures { memory: size_of::<quotas::ValueData>(), fields: QUOTA_VALUE }),
];

const QUOTA_ENTITY: &[Field] = &[
    always(Form::Text), // entity_type
    always(Form::Text), // entity_name
];

const QUOTA_VALUE: &[Field] = &[
    always(Form::Text),     // key
    always(Form::Fixed(8)), // value
];
