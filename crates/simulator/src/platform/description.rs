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
    /// With what: the address of an endpoint, the path of a file, or a group or a topic of Kafka.
    pub place: String,
    /// What is wrong, in plain words.
    pub what: &'static str,
}
