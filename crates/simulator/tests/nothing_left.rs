//! A dropped platform leaves no task, no socket, no port and no file. Alone in its process, because it counts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/client.rs"]
mod client;

use std::fs;
use std::time::Duration;

use lookout_simulator::{EndpointState, Incident, Platform, PlatformOptions};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::Instant;

use client::{Client, now};

/// Far longer than the runtime needs.
const PATIENCE: Duration = Duration::from_mins(1);

fn sockets() -> usize {
    let descriptors = fs::read_dir("/proc/self/fd").unwrap();
    let targets = descriptors.filter_map(|descriptor| fs::read_link(descriptor.unwrap().path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Starts a platform, uses it, and leaves connections open on it in every way.
async fn used_platform() -> (Platform, Vec<TcpStream>) {
    let platform = Platform::start(now(), &PlatformOptions::default()).unwrap();
    let client = Client::of(&platform);
    Incident::named("endpoint-stalls").unwrap().play(&platform, now()).await.unwrap();
    let mut held = Vec::new();
    for endpoint in platform.endpoints() {
        if endpoint.state != EndpointState::Dead {
            held.push(TcpStream::connect(endpoint.address).await.unwrap());
        }
        if endpoint.state == EndpointState::Good {
            client.look(endpoint.address, &endpoint.server_name).await.answer.unwrap();
        }
    }
    for address in platform.kafka().bootstrap() {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    let kubernetes =
        [platform.kubernetes().address(), platform.ingress().address(), platform.edge().address()];
    for address in kubernetes {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    (platform, held)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_of_a_platform() {
    let (sockets_before, tasks_before) = (sockets(), tasks());
    for stop_orderly in [true, false] {
        let (platform, held) = used_platform().await;
        let directory = platform.directory().to_owned();
        let mut addresses: Vec<_> = platform.endpoints().iter().map(|endpoint| endpoint.address).collect();
        addresses.extend(platform.kafka().bootstrap());
        addresses.extend([
            platform.kubernetes().address(),
            platform.ingress().address(),
            platform.edge().address(),
        ]);
        assert!(tasks() > tasks_before && sockets() > sockets_before);

        if stop_orderly {
            platform.stop().await;
            assert_eq!(sockets(), sockets_before + held.len(), "it has waited for all of them");
        } else {
            drop(platform);
        }
        drop(held);
        // Dropping asks the tasks to end, for which the runtime needs a moment; and it counts one that has ended for a moment longer
        // than those wait who wait for its end.
        let end = Instant::now() + PATIENCE;
        while (sockets(), tasks()) != (sockets_before, tasks_before) && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!((sockets(), tasks()), (sockets_before, tasks_before));
        assert!(!directory.exists());
        for address in addresses {
            std::net::TcpListener::bind(address).expect("the port is free again");
        }
    }
}
