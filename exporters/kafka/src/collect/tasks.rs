//! One task for each broker, all at once: none waits for another, and the work is spread over the threads of the runtime.

use tokio::task::JoinSet;

/// Runs the tasks to their ends and gives their results, by broker; a task that panicked has none. Dropping the future stops
/// them all.
pub async fn each<T, F>(tasks: impl IntoIterator<Item = (i32, F)>) -> Vec<(i32, T)>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut set = JoinSet::new();
    for (id, task) in tasks {
        set.spawn(async move { (id, task.await) });
    }
    let mut results = Vec::with_capacity(set.len());
    while let Some(joined) = set.join_next().await {
        match joined {
            Ok(result) => results.push(result),
            Err(error) => tracing::error!(%error, "a task that asks a broker was lost"),
        }
    }
    results.sort_by_key(|(id, _)| *id);
    results
}
