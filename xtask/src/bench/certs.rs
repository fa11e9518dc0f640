//! `cargo xtask bench certs`: what watching the certificates of a cluster costs, side by side with peers on a real Kubernetes API
//! server.
//!
//! Everything that is compared is measured in one run, on loopback, while the others run too. Every process is ended by its
//! identifier when the bench ends, also when it fails.
//!
//! A peer has a process identifier before the cluster is there that it watches. So it is started by a shell that waits for the
//! kubeconfig, keeps its identifier, and is named by that:
//!
//! ```sh
//! sh -c 'until [ -s target/bench-certs/10000/kubeconfig ]; do sleep 1; done; exec PEER --kubeconfig=…' &
//! cargo xtask bench certs --size 10000 --peer "NAME=http://127.0.0.1:PORT/metrics,$!"
//! ```
//!
//! The kubeconfig of an earlier run has to be removed first: its cluster is gone.
//!
//! How to get it wrong: to read a time on a busy machine as the program's. Processor seconds are; so the load average stands
//! beside them.

mod changes;
mod contender;
mod cost;
mod looking;
mod outage;
mod page;
mod world;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use self::contender::Contender;
use self::cost::Figures;
use self::world::World;
use super::machine;
use crate::e2e;
use crate::error::Error;
use crate::workspace::Workspace;

/// How many Secrets there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Size {
    /// 10,000 TLS Secrets
    #[value(name = "10000")]
    Large,
    /// 100,000 TLS Secrets
    #[value(name = "100000")]
    Huge,
}

/// Where the result is committed.
const PAGE: &str = "docs/benches/certs.md";
const NAMESPACES: u32 = 100;
/// Secrets of Helm, and the size of each before it is encoded.
const RELEASES: u32 = 200;
const RELEASE_BYTES: u32 = 600_000;
/// What a start leaves to be done is done after that.
const SETTLE: Duration = Duration::from_secs(30);

impl Size {
    const ALL: [Self; 2] = [Self::Large, Self::Huge];

    const fn secrets(self) -> u32 {
        match self {
            Self::Large => 10_000,
            Self::Huge => 100_000,
        }
    }

    const fn targets(self) -> &'static [page::Target] {
        match self {
            Self::Large => page::LARGE,
            Self::Huge => page::HUGE,
        }
    }
}

/// Measures one size, or all, and writes the page. The API server listens at `port`, or anywhere if that is 0.
pub(crate) fn run(
    workspace: &Workspace,
    only: Option<Size>,
    peers: &[String],
    port: u16,
) -> Result<(), Error> {
    let lookout = e2e::lookout_as_in_an_image(workspace)?;
    for (number, size) in Size::ALL.into_iter().enumerate() {
        if only.is_some_and(|only| only != size) {
            continue;
        }
        let machine = machine::describe();
        let folder = scratch(workspace, size)?;
        let mut world = World::start(workspace, port, &folder)?;
        println!(
            "the API server listens at {}; for peers: KUBECONFIG={}",
            world.address,
            world.kubeconfig.display()
        );
        world.fill(size.secrets(), NAMESPACES, RELEASES, RELEASE_BYTES)?;
        let mut contenders = vec![Contender::lookout(&lookout, &world, &folder)?];
        let mut figures = vec![cost::complete(&contenders[0], size.secrets())?];
        for peer in peers {
            let contender = Contender::parse(peer)?;
            figures.push(cost::complete(&contender, size.secrets())?);
            contenders.push(contender);
        }
        thread::sleep(SETTLE);
        measure(&contenders, &mut figures, &mut world)?;
        let title = page::TITLES[number];
        let mut text =
            format!("**Machine:** {machine}, at the end {}.\n\n{}", machine::load(), page::table(&figures));
        if let Some(ours) = figures.first() {
            text = text + "\n" + &page::targets(ours, size.targets());
        }
        println!("## {title}\n\n{text}");
        let old = workspace.read_text(PAGE).unwrap_or_default();
        workspace.write(PAGE, page::replace(&old, title, &text))?;
    }
    Ok(())
}

/// Everything that follows when everybody serves everything.
fn measure(contenders: &[Contender], figures: &mut [Figures], world: &mut World) -> Result<(), Error> {
    cost::background(contenders, figures);
    for (contender, figures) in contenders.iter().zip(&mut *figures) {
        println!("scraping {}", contender.name);
        cost::scrapes(contender, figures)?;
    }
    changes::measure(contenders, figures, world)?;
    outage::measure(contenders, figures, world)
}

/// A folder for the server's data and for logs, empty.
fn scratch(workspace: &Workspace, size: Size) -> Result<PathBuf, Error> {
    let folder = workspace.target.join("bench-certs").join(size.secrets().to_string());
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|source| Error::WriteFile { path: folder.clone(), source })?;
    Ok(folder)
}
