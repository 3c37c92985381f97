//! A session of the SDK, and what its server sends by itself.
#![allow(deprecated)] // The SDK deprecates what the revision of 2026-07-28 does.

use std::sync::{Arc, Mutex};

use rmcp::model::*;
use rmcp::service::{NotificationContext, PeerRequestOptions, RequestContext, RequestHandle, RunningService, Subscription};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient, ServiceExt};
use serde_json::{Value, json};

pub const COMPLETION: &str = "a completion from the client";

#[derive(Default)]
pub struct Notices {
    pub asked: Vec<String>,
    pub logs: Vec<String>,
    pub updated: Vec<String>,
    pub progress: Vec<f64>,
}

/// Answers the requests of a server, and collects what it sends by itself.
pub struct Handler {
    root: String,
    form: Value,
    knows_tasks: bool,
    notices: Arc<Mutex<Notices>>,
}

impl Handler {
    fn completion(&self) -> CreateMessageResult {
        CreateMessageResult::new(SamplingMessage::assistant_text(COMPLETION), "none".into())
    }

    fn roots(&self) -> ListRootsResult {
        self.notices.lock().unwrap().asked.push("roots/list".into());
        ListRootsResult::new(vec![Root::new(self.root.clone()).with_name("interop")])
    }

    fn filled_form(&self) -> ElicitResult {
        ElicitResult::new(ElicitationAction::Accept).with_content(self.form.clone())
    }

    /// Answers a question that came instead of the result of a call.
    fn answer(&self, question: &InputRequest) -> anyhow::Result<Value> {
        Ok(match question {
            InputRequest::CreateMessage(_) => serde_json::to_value(self.completion())?,
            InputRequest::Elicitation(_) => serde_json::to_value(self.filled_form())?,
            InputRequest::ListRoots(_) => serde_json::to_value(self.roots())?,
            other => anyhow::bail!("the client knows no such question: {other:?}"),
        })
    }
}

impl ClientHandler for Handler {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::builder().enable_roots().enable_sampling().enable_elicitation().build();
        if self.knows_tasks {
            capabilities.extensions = Some([(TASKS_EXTENSION_ID.to_owned(), JsonObject::new())].into());
        }
        ClientConfig::new(capabilities, Implementation::new("interop", "1.0.0"))
    }

    async fn create_message(&self, _: CreateMessageRequestParams, _: RequestContext<RoleClient>) -> Result<CreateMessageResult, ErrorData> {
        Ok(self.completion())
    }

    async fn list_roots(&self, _: RequestContext<RoleClient>) -> Result<ListRootsResult, ErrorData> {
        Ok(self.roots())
    }

    async fn create_elicitation(&self, _: ElicitRequestParams, _: RequestContext<RoleClient>) -> Result<ElicitResult, ErrorData> {
        Ok(self.filled_form())
    }

    async fn on_progress(&self, params: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.notices.lock().unwrap().progress.push(params.progress);
    }

    async fn on_logging_message(&self, params: LoggingMessageNotificationParam, _: NotificationContext<RoleClient>) {
        self.notices.lock().unwrap().logs.push(params.data.to_string());
    }

    async fn on_resource_updated(&self, params: ResourceUpdatedNotificationParam, _: NotificationContext<RoleClient>) {
        self.notices.lock().unwrap().updated.push(params.uri);
    }
}

/// Results are in the form that they have in JSON.
pub struct Session {
    service: RunningService<RoleClient, Handler>,
    is_modern: bool,
    pub notices: Arc<Mutex<Notices>>,
}

impl Session {
    /// `knows_tasks`: whether the client declares the tasks extension of 2026-07-28.
    pub async fn open(url: &str, root: &str, form: Value, knows_tasks: bool) -> anyhow::Result<Session> {
        let notices = Arc::<Mutex<Notices>>::default();
        let handler = Handler { root: root.into(), form, knows_tasks, notices: notices.clone() };
        let transport = StreamableHttpClientTransport::from_uri(url);
        let asks_first = std::env::args().any(|argument| argument == "--auto");
        let service = if asks_first {
            let auto = ClientLifecycleMode::Auto { preferred_versions: vec![ProtocolVersion::V_2026_07_28], legacy_version: None };
            handler.serve_with_lifecycle(transport, auto).await?
        } else {
            handler.serve(transport).await?
        };
        let mut session = Session { service, is_modern: false, notices };
        session.is_modern = asks_first && session.server()?["protocolVersion"] == "2026-07-28";
        Ok(session)
    }

    pub fn is_modern(&self) -> bool {
        self.is_modern
    }

    pub async fn close(self) -> anyhow::Result<()> {
        self.service.cancel().await?;
        Ok(())
    }

    pub fn server(&self) -> anyhow::Result<Value> {
        let info = self.service.peer_info().ok_or_else(|| anyhow::anyhow!("the server gave no information"))?;
        Ok(serde_json::to_value(&*info)?)
    }

    pub async fn ping(&self) -> anyhow::Result<()> {
        self.service.send_request(ClientRequest::PingRequest(Default::default())).await?;
        Ok(())
    }

    pub async fn list(&self, kind: &str) -> anyhow::Result<Value> {
        Ok(match kind {
            "tools" => serde_json::to_value(self.service.list_tools(None).await?)?,
            "resources" => serde_json::to_value(self.service.list_resources(None).await?)?,
            "resourceTemplates" => serde_json::to_value(self.service.list_resource_templates(None).await?)?,
            _ => serde_json::to_value(self.service.list_prompts(None).await?)?,
        })
    }

    /// The params of a call. In the modern era they ask for all log messages.
    fn call_params(&self, entry: &Value) -> anyhow::Result<CallToolRequestParams> {
        let mut params = json!({ "name": entry["tool"], "arguments": entry["arguments"] });
        if self.is_modern {
            params["_meta"] = json!({ "io.modelcontextprotocol/logLevel": "debug" });
        }
        Ok(serde_json::from_value(params)?)
    }

    pub async fn call_tool(&self, entry: &Value) -> anyhow::Result<Value> {
        let params = self.call_params(entry)?;
        let result = serde_json::to_value(self.service.call_tool(params).await?)?;
        anyhow::ensure!(result["isError"] != true, "the tool failed: {result}");
        Ok(result)
    }

    /// Begins a call that is to be cancelled.
    pub async fn begin_call(&self, entry: &Value) -> anyhow::Result<RequestHandle<RoleClient>> {
        let params = self.call_params(entry)?;
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        Ok(self.service.send_cancellable_request(request, PeerRequestOptions::no_options()).await?)
    }

    /// Makes a call that becomes a task, and returns the id of the task. A server may ask the client before it answers with a task. The SDK answers
    /// such questions only in calls that cannot become tasks, so this function answers them and sends the call again.
    pub async fn begin_task(&self, entry: &Value) -> anyhow::Result<String> {
        let mut params = self.call_params(entry)?;
        for _ in 0..DEFAULT_MRTR_MAX_ROUNDS {
            match self.service.call_tool_once(params.clone()).await? {
                CallToolResponse::Task(created) => return Ok(created.task.task_id),
                CallToolResponse::InputRequired(asked) => {
                    let questions = asked.input_requests.unwrap_or_default();
                    let answers = questions.iter().map(|(key, question)| Ok((key.clone(), self.service.service().answer(question)?)));
                    params.input_responses = Some(answers.collect::<anyhow::Result<_>>()?);
                    params.request_state = asked.request_state;
                }
                other => anyhow::bail!("the call became no task: {other:?}"),
            }
        }
        anyhow::bail!("the server asks again and again")
    }

    pub async fn task(&self, id: &str) -> anyhow::Result<TaskPayload> {
        Ok(self.service.get_task(GetTaskParams::new(id)).await?.task.payload)
    }

    pub async fn cancel_task(&self, id: &str) -> anyhow::Result<()> {
        Ok(self.service.cancel_task(CancelTaskParams::new(id)).await?)
    }

    pub async fn read_resource(&self, uri: &Value) -> anyhow::Result<Value> {
        let params: ReadResourceRequestParams = serde_json::from_value(json!({ "uri": uri }))?;
        Ok(serde_json::to_value(self.service.read_resource(params).await?)?)
    }

    pub async fn get_prompt(&self, entry: &Value) -> anyhow::Result<Value> {
        let params: GetPromptRequestParams = serde_json::from_value(json!({ "name": entry["name"], "arguments": entry["arguments"] }))?;
        Ok(serde_json::to_value(self.service.get_prompt(params).await?)?)
    }

    pub async fn complete(&self, entry: &Value) -> anyhow::Result<Value> {
        let params: CompleteRequestParams = serde_json::from_value(json!({ "ref": entry["ref"], "argument": entry["argument"] }))?;
        Ok(serde_json::to_value(self.service.complete(params).await?)?)
    }

    pub async fn set_level(&self) -> anyhow::Result<()> {
        if self.is_modern {
            return Ok(());
        }
        Ok(self.service.set_level(SetLevelRequestParams::new(LoggingLevel::Debug)).await?)
    }

    /// In the modern era: asks for the updates of a resource, which the subscription then gives.
    pub async fn listen(&self, uri: &str) -> anyhow::Result<Subscription> {
        let filter = serde_json::from_value(json!({ "resourceSubscriptions": [uri] }))?;
        Ok(self.service.listen(filter).await?)
    }

    pub async fn subscribe(&self, uri: &str) -> anyhow::Result<()> {
        Ok(self.service.subscribe(SubscribeRequestParams::new(uri)).await?)
    }

    pub async fn unsubscribe(&self, uri: &str) -> anyhow::Result<()> {
        Ok(self.service.unsubscribe(UnsubscribeRequestParams::new(uri)).await?)
    }
}
