//! What is asked of every pair. It is the same as checks.mjs asks of the clients in JavaScript.
use std::cell::RefCell;

use anyhow::{Result, anyhow, ensure};
use rmcp::model::TaskPayload;
use serde_json::{Value, json};

use crate::session::{COMPLETION, Notices, Session};
use crate::tap::{Results, eventually};

struct Checker {
    plan: Value,
    server: Value,
    session: Option<Session>,
    session_id: Value,
}

/// Runs the plan and returns the exit code. The SDK keeps the id of its session to itself, so the client uses the wire, and asks it.
pub async fn run(plan: Value) -> i32 {
    let server = plan["server"].clone();
    let names: Vec<String> = plan["checks"].as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    let mut checker = Checker { plan, server, session: None, session_id: Value::Null };
    let mut results = Results::default();
    for name in names {
        results.check(&name, checker.run(&name)).await;
    }
    results.finish()
}

fn text<'a>(value: &'a Value) -> &'a str {
    value.as_str().unwrap_or_default()
}

/// Every text of a result, on a line each.
fn text_of(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join("\n"),
        Value::Object(object) => match object.get("text") {
            Some(Value::String(text)) => text.clone(),
            _ => ["content", "contents", "messages", "resource"]
                .iter()
                .filter_map(|key| object.get(*key))
                .map(text_of)
                .collect::<Vec<_>>()
                .join("\n"),
        },
        _ => String::new(),
    }
}

fn includes_text(result: &Value, expected: &str) -> Result<()> {
    let have = text_of(result);
    ensure!(have.contains(expected), "no {expected:?} in {:?}", have.chars().take(500).collect::<String>());
    Ok(())
}

async fn get(url: &str) -> Result<Value> {
    Ok(reqwest::get(url).await?.json().await?)
}

impl Checker {
    fn session(&self) -> Result<&Session> {
        self.session.as_ref().ok_or_else(|| anyhow!("there is no session"))
    }

    fn noted<T>(&self, read: impl Fn(&Notices) -> T) -> Result<T> {
        Ok(read(&self.session()?.notices.lock().unwrap()))
    }

    async fn run(&mut self, name: &str) -> Result<()> {
        let server = self.server.clone();
        match name {
            "initialize" => self.initialize().await,
            "unasked" => {
                eventually("a request of the server", async || {
                    self.noted(|notices| notices.asked.iter().any(|method| *method == server["unasked"]))
                })
                .await
            }
            "ping" => self.session()?.ping().await,
            "tools" => self.lists("tools", "name", &server["tools"]).await,
            "resources" => {
                self.lists("resources", "uri", &server["resources"]).await?;
                self.lists("resourceTemplates", "uriTemplate", &server["templates"]).await
            }
            "prompts" => self.lists("prompts", "name", &server["prompts"]).await,
            "call" => includes_text(&self.session()?.call_tool(&server["call"]).await?, text(&server["call"]["text"])),
            "read" => includes_text(&self.session()?.read_resource(&server["read"]["uri"]).await?, text(&server["read"]["text"])),
            "prompt" => includes_text(&self.session()?.get_prompt(&server["prompt"]).await?, text(&server["prompt"]["text"])),
            "completion" => {
                let result = self.session()?.complete(&server["completion"]).await?;
                ensure!(result["completion"]["values"] == server["completion"]["values"], "{result}");
                Ok(())
            }
            "progress" => self.progress().await,
            "logging" => self.logging().await,
            "sampling" => includes_text(&self.session()?.call_tool(&server["sampling"]).await?, COMPLETION),
            "elicitation" => includes_text(&self.session()?.call_tool(&server["elicitation"]).await?, "Ada Lovelace"),
            "roots" => includes_text(&self.session()?.call_tool(&server["roots"]).await?, text(&server["roots"]["text"])),
            "updates" => self.updates().await,
            "cancel" => self.cancel().await,
            "task" => self.task().await,
            "withdraw" => self.withdraw().await,
            "resume" => self.over_wire(false).await,
            "cut" => self.over_wire(true).await,
            "terminate" => self.terminate().await,
            _ => Err(anyhow!("this client knows no such check")),
        }
    }

    fn is_modern(&self) -> bool {
        self.plan["era"] == "modern"
    }

    async fn open(&self) -> Result<Session> {
        let knows_tasks = self.plan["checks"].as_array().is_some_and(|checks| checks.contains(&json!("task")));
        let form = self.server["elicitation"]["content"].clone();
        Session::open(text(&self.plan["wire"]["url"]), text(&self.plan["root"]), form, knows_tasks).await
    }

    async fn wire(&self, action: &str) -> Result<Value> {
        get(&format!("{}/{action}", text(&self.plan["wire"]["control"]))).await
    }

    async fn initialize(&mut self) -> Result<()> {
        self.session = Some(self.open().await?);
        let server = self.session()?.server()?;
        ensure!(server["serverInfo"]["name"] == self.server["name"], "{server}");
        ensure!(self.session()?.is_modern() == self.is_modern(), "the revision is {}", server["protocolVersion"]);
        self.session_id = self.wire("state").await?["session"].clone();
        ensure!(self.session_id.is_string() != self.is_modern(), "the session id is {}", self.session_id);
        Ok(())
    }

    async fn lists(&self, kind: &str, key: &str, expected: &Value) -> Result<()> {
        let result = self.session()?.list(kind).await?;
        let have: Vec<&Value> = result[kind].as_array().into_iter().flatten().map(|item| &item[key]).collect();
        for one in expected.as_array().into_iter().flatten() {
            ensure!(have.contains(&one), "no {one} among the {kind}: {have:?}");
        }
        Ok(())
    }

    async fn progress(&self) -> Result<()> {
        let before = self.noted(|notices| notices.progress.len())?;
        self.session()?.call_tool(&self.server["progress"]).await?;
        all_steps(self.session()?, before, &self.server["progress"]["steps"]).await
    }

    async fn logging(&self) -> Result<()> {
        let entry = &self.server["logging"];
        self.session()?.set_level().await?;
        self.session()?.call_tool(entry).await?;
        eventually("a log message", async || self.noted(|notices| notices.logs.iter().any(|data| data.contains(text(&entry["text"])))))
            .await?;
        self.session()?.call_tool(entry).await?;
        Ok(())
    }

    async fn updates(&self) -> Result<()> {
        let entry = &self.server["updates"];
        let uri = text(&entry["uri"]);
        if self.is_modern() {
            return self.updates_by_listening(entry, uri).await;
        }
        self.session()?.subscribe(uri).await?;
        self.session()?.call_tool(entry).await?;
        eventually("an update", async || self.noted(|notices| notices.updated.iter().any(|updated| updated == uri))).await?;
        self.session()?.call_tool(entry).await?;
        self.session()?.unsubscribe(uri).await
    }

    async fn updates_by_listening(&self, entry: &Value, uri: &str) -> Result<()> {
        let mut subscription = self.session()?.listen(uri).await?;
        self.session()?.call_tool(entry).await?;
        let update = tokio::time::timeout(std::time::Duration::from_secs(10), subscription.next()).await??;
        let update = serde_json::to_value(update)?;
        ensure!(update["params"]["uri"] == uri, "{update}");
        self.session()?.call_tool(entry).await?;
        Ok(subscription.cancel().await?)
    }

    async fn cancel(&self) -> Result<()> {
        let begun = text(&self.server["cancel"]["begun"]);
        let before = self.noted(|notices| notices.progress.len())?;
        let call = self.session()?.begin_call(&self.server["cancel"]).await?;
        let open = async || Ok::<_, anyhow::Error>(get(begun).await?["open"].as_u64().unwrap_or_default());
        eventually("the call at work", async || {
            if begun == "progress" { self.noted(|notices| notices.progress.len() > before) } else { Ok(open().await? > 0) }
        })
        .await?;
        call.cancel(Some("changed my mind".into())).await?;
        if begun != "progress" {
            eventually("the end of the server's work", async || Ok(open().await? == 0)).await?;
        }
        if self.is_modern() {
            return self.lists("tools", "name", &self.server["tools"]).await;
        }
        self.session()?.ping().await
    }

    async fn task(&self) -> Result<()> {
        let entry = &self.server["task"];
        let id = self.session()?.begin_task(entry).await?;
        match self.end_of(&id).await? {
            TaskPayload::Completed { result } => includes_text(&Value::Object(result), text(&entry["text"])),
            other => Err(anyhow!("the task ended as {other:?}")),
        }
    }

    async fn withdraw(&self) -> Result<()> {
        let id = self.session()?.begin_task(&self.server["withdraw"]).await?;
        self.session()?.cancel_task(&id).await?;
        let end = self.end_of(&id).await?;
        ensure!(matches!(end, TaskPayload::Cancelled), "the task ended as {end:?}");
        self.lists("tools", "name", &self.server["tools"]).await
    }

    async fn end_of(&self, task: &str) -> Result<TaskPayload> {
        let state = RefCell::new(TaskPayload::Working);
        eventually("the end of the task", async || {
            state.replace(self.session()?.task(task).await?);
            Ok(state.borrow().status().is_terminal())
        })
        .await?;
        Ok(state.into_inner())
    }

    /// Makes a call on a connection of its own, which the bridge ends at its highest age, or the network cuts. The client comes back for it.
    async fn over_wire(&self, cut: bool) -> Result<()> {
        let before = self.wire("state").await?["resumed"].clone();
        let session = self.open().await?;
        let disturb = async {
            if cut {
                eventually("progress of the call", async || Ok(session.notices.lock().unwrap().progress.len() > 2)).await?;
                self.wire("cut").await?;
            }
            Ok(())
        };
        tokio::try_join!(session.call_tool(&self.server["resume"]), disturb)?;
        all_steps(&session, 0, &self.server["resume"]["steps"]).await?;
        session.close().await?;
        ensure!(self.wire("state").await?["resumed"] != before, "the client never sent Last-Event-ID");
        Ok(())
    }

    async fn terminate(&mut self) -> Result<()> {
        self.session.take().ok_or_else(|| anyhow!("there is no session"))?.close().await?;
        let response = reqwest::Client::new()
            .post(text(&self.plan["url"]))
            .header("Accept", "application/json, text/event-stream")
            .header("Mcp-Session-Id", text(&self.session_id))
            .json(&json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }))
            .send()
            .await?;
        ensure!(response.status() == 404, "the status is {}", response.status());
        Ok(())
    }
}

/// Waits for the last step, because the SDK may deliver the result of a call before its progress.
async fn all_steps(session: &Session, before: usize, count: &Value) -> Result<()> {
    let expected: Vec<f64> = (1..=count.as_u64().unwrap_or_default()).map(|step| step as f64).collect();
    let steps = || session.notices.lock().unwrap().progress[before..].to_vec();
    eventually("the last step", async || Ok(steps().last() == expected.last())).await.map_err(|error| anyhow!("{error}: {:?}", steps()))?;
    ensure!(steps() == expected, "the steps are {:?}", steps());
    Ok(())
}
