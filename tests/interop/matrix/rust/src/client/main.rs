//! The official Rust SDK.
//!
//!     rmcp-client PLAN              opens with `initialize`: the SDK's default
//!     rmcp-client --auto PLAN       asks `server/discover` first, and falls back to `initialize`
mod checks;
mod session;
mod tap;

fn main() -> anyhow::Result<()> {
    let file = std::env::args().next_back().ok_or_else(|| anyhow::anyhow!("no plan is named"))?;
    let plan = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::process::exit(runtime.block_on(checks::run(plan)))
}
