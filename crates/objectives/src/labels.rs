//! The labels of recorded objectives.

use lookout_declarations::label;

label! {
    /// The objective, as the configuration calls it.
    pub Objective = "objective";
    /// What is promised.
    pub IndicatorLabel = "indicator" in Indicator {
        /// That it answers as expected.
        Availability = "availability",
        /// That it answers within a time.
        Latency = "latency",
    }
    /// From where it is seen: what is slow at the edge and fast at the origin is slow between them.
    pub MeasuredAtLabel = "measured_at" in MeasuredAt {
        /// At the public name, through everything that stands in front.
        Edge = "edge",
        /// Behind the edge, through the tunnel.
        Tunnel = "tunnel",
        /// At the service itself, inside of the cluster.
        Origin = "origin",
    }
}
