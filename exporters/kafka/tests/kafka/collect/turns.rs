//! A clock that goes by what is done here, for tests in which somebody is silent.
//!
//! By the machine's clock, a machine that stands still for a moment makes everybody late. How to get it wrong: the clock of tokio
//! that is paused and left alone. It leaps to the next timer while an answer is on its way.

use core::time::Duration;

use lookout_simulator::kafka::Cluster;
use tokio::sync::mpsc;

/// How far the clock goes in one turn: so that a minute is over in a second, and in hundreds of turns.
const TURN: Duration = Duration::from_millis(200);

/// Does `work` while time goes by the turns of this thread, and stands still while the cluster makes an answer: who is silent is late,
/// and who is slow is not.
pub(crate) async fn by_turns<T>(cluster: &Cluster, work: impl Future<Output = T>) -> T {
    tokio::time::pause();
    let (turn, mut turns) = mpsc::channel(1);
    // While a thread like this one is at work, tokio's clock does not leap.
    tokio::task::spawn_blocking(move || {
        while turn.blocking_send(()).is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let passing = async {
        while turns.recv().await.is_some() {
            if !cluster.is_answering() {
                tokio::time::advance(TURN).await;
            }
        }
    };
    let done = tokio::select! {
        biased;
        done = work => done,
        () = passing => panic!("the clock goes until the work is done"),
    };
    tokio::time::resume();
    done
}
