//! A Kubernetes API server with a cluster of a given size in a process of its own, for benches and tries: its memory and
//! processor time are not its reader's.
//!
//! `kubernetes_of_size SECRETS NAMESPACES HELM_RELEASES [--objects]` prints the path of a kubeconfig on one line and serves
//! until its standard input ends: so it never outlives what started it, however that ends. With `--objects` it prints the
//! objects instead, one as JSON on each line, to be put into a real server.

#![allow(clippy::print_stdout, reason = "the path, or the objects, are what it is asked for")]

use std::error::Error;
use std::io::{BufWriter, Read as _, Write as _};
use std::sync::Arc;

use lookout_simulator::kubernetes::{ApiServer, ApiServerOptions, Principal, of_size};
use lookout_simulator::{Authorities, ServerIdentity};

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1);
    let mut number =
        || numbers.next().ok_or("usage: kubernetes_of_size SECRETS NAMESPACES HELM_RELEASES [--objects]");
    let size = of_size(number()?.parse()?, number()?.parse()?, number()?.parse()?);
    let (now, prints_objects) = (now(), number().is_ok());
    let authorities = Arc::new(Authorities::create(now)?);
    let objects = size.objects(&authorities, now)?;
    if prints_objects {
        let mut output = BufWriter::new(std::io::stdout().lock());
        for object in objects {
            writeln!(output, "{}", object?)?;
        }
        return Ok(output.flush()?);
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let _entered = runtime.enter();
    let tls = Some(ServerIdentity { server_name: "kubernetes".to_owned(), authorities });
    let principals = vec![Principal::administrator("bench", "a-token-of-the-bench")];
    let server = ApiServer::start(ApiServerOptions { tls, principals, ..ApiServerOptions::default() }, now)?;
    for object in objects {
        server.apply(object?)?;
    }
    // Its history would keep every object twice.
    server.compact();
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("kubeconfig");
    std::fs::write(&path, server.kubeconfig("bench"))?;
    println!("{}", path.display());
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the simulated world begins when it is started")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
