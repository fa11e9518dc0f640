//! A Kafka cluster of a given size in a process of its own, for `cargo xtask bench kafka`: its memory and processor time are
//! not its reader's.
//!
//! `kafka_of_size BROKERS PARTITIONS GROUPS COMMITS` prints the brokers' addresses on one line, joined by commas, and serves
//! until its standard input ends: so it never outlives the bench that started it, however that ends.

#![allow(clippy::print_stdout, reason = "the addresses are what it is asked for")]

use std::error::Error;
use std::io::Read as _;

use lookout_simulator::kafka::{Cluster, ClusterDescription};

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1);
    let mut number = || numbers.next().ok_or("usage: kafka_of_size BROKERS PARTITIONS GROUPS COMMITS");
    let brokers = number()?.parse()?;
    let description =
        ClusterDescription::of_size(brokers, number()?.parse()?, number()?.parse()?, number()?.parse()?);
    let runtime = tokio::runtime::Runtime::new()?;
    let _entered = runtime.enter();
    let cluster = Cluster::start(&description, now())?;
    let addresses: Vec<String> = cluster.bootstrap().iter().map(ToString::to_string).collect();
    println!("{}", addresses.join(","));
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the simulated world begins when it is started")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
