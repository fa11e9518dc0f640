//! What the platform says of itself: everything that a configuration, or a person, needs to watch it.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::EndpointState;

/// One endpoint of the platform.
#[derive(Clone, Debug)]
pub struct EndpointDescription {
    /// The service's name.
    pub name: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// The name to ask for, and that its certificate is to be for.
    pub server_name: String,
    /// How it behaves at this moment.
    pub state: EndpointState,
    /// The file in which the certificate that it ought to serve is stored.
    pub stored_file: PathBuf,
}

impl EndpointDescription {
    /// Its address for people.
    pub fn url(&self) -> String {
        format!("https://{}:{}/", self.server_name, self.address.port())
    }
}

/// One Kafka cluster of the platform.
#[derive(Clone, Debug)]
pub struct KafkaDescription {
    /// Its name.
    pub name: &'static str,
    /// Where its brokers listen, in the clear and without a login.
    pub bootstrap: Vec<SocketAddr>,
    /// How many records are produced to it per second on a usual day.
    pub records_per_second: f64,
    /// How many bytes these take on disk, in one replica.
    pub bytes_per_second: f64,
}

/// The Kubernetes of the platform.
#[derive(Clone, Debug)]
pub struct KubernetesDescription {
    /// The address of its API server.
    pub url: String,
    /// The file with the token of the service account that may read what Lookout reads.
    pub token_file: PathBuf,
    /// The file with the authority of the API server's certificate.
    pub authority_file: PathBuf,
    /// The file with which kubectl may do everything.
    pub kubeconfig: PathBuf,
    /// The class of its Ingresses and Gateways.
    pub ingress_class: &'static str,
    /// Where their controller serves TLS, by the name that is asked for.
    pub ingress_address: SocketAddr,
    /// The hosts of its applications' Ingresses.
    pub ingress_hosts: Vec<String>,
    /// Where the edge in front of it serves TLS with a certificate of its own.
    pub edge_address: SocketAddr,
    /// The host that the edge is for.
    pub edge_host: String,
}

/// One file with certificates in it, or what is left of them.
#[derive(Clone, Debug)]
pub struct FileDescription {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds, in plain words.
    pub holds: &'static str,
}

/// Something that is wrong on purpose from the start.
#[derive(Clone, Debug)]
pub struct Defect {
    /// With what: the address of an endpoint, the path of a file, a group or a topic of Kafka, an object of Kubernetes.
    pub place: String,
    /// What is wrong, in plain words.
    pub what: &'static str,
}
