//! Numbered TAP results: what tap.mjs does for the clients in JavaScript.
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Results {
    count: u32,
    failed: u32,
}

impl Results {
    /// Runs one check and prints its result. A check never keeps the next one from running.
    pub async fn check(&mut self, name: &str, body: impl Future<Output = anyhow::Result<()>>) {
        const LIMIT: Duration = Duration::from_secs(30);
        let outcome = tokio::time::timeout(LIMIT, body).await.unwrap_or_else(|_| Err(anyhow::anyhow!("not done within {LIMIT:?}")));
        self.count += 1;
        match outcome {
            Ok(()) => println!("ok {} - {name}", self.count),
            Err(error) => {
                self.failed += 1;
                println!("not ok {} - {name}\n  {}", self.count, format!("{error:?}").replace('\n', "\n  "));
            }
        }
    }

    /// Prints the plan and returns the exit code.
    pub fn finish(&self) -> i32 {
        println!("1..{}", self.count);
        i32::from(self.failed > 0)
    }
}

/// Waits until the condition is true.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    const LIMIT: Duration = Duration::from_secs(10);
    let end = Instant::now() + LIMIT;
    while !condition().await? {
        anyhow::ensure!(Instant::now() < end, "{what}: not within {LIMIT:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
