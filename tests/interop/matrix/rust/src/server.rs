//! A server of the official Rust SDK, which offers what the matrix checks. The servers of FastMCP and in Java offer the same.
#![allow(deprecated)] // The SDK deprecates what the revision of 2026-07-28 does.

use std::time::Duration;

use rmcp::model::*;
use rmcp::service::{QuitReason, RequestContext};
use rmcp::transport::stdio;
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const GREETING: &str = "interop://greeting";

struct Server;

type Context = RequestContext<RoleServer>;

/// The types of the SDK are read from the form that they have on the wire.
fn from_json<T: DeserializeOwned>(value: Value) -> Result<T, ErrorData> {
    serde_json::from_value(value).map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

fn failure(error: impl ToString) -> ErrorData {
    ErrorData::internal_error(error.to_string(), None)
}

/// Counts with progress, until the client cancels the call.
async fn count(arguments: &Value, context: &Context) -> Result<String, ErrorData> {
    let steps = arguments["steps"].as_u64().unwrap_or(1);
    let pause = Duration::from_secs_f64(arguments["seconds"].as_f64().unwrap_or_default() / steps as f64);
    for step in 1..=steps {
        tokio::select! {
            () = context.ct.cancelled() => return Err(failure("the call was cancelled")),
            () = tokio::time::sleep(pause) => {}
        }
        if let Some(token) = context.meta.get_progress_token() {
            context.peer.notify_progress(ProgressNotificationParam::new(token, step as f64)).await.map_err(failure)?;
        }
    }
    Ok(format!("counted to {steps}"))
}

async fn log(context: &Context) -> Result<String, ErrorData> {
    let message = from_json(json!({ "level": "info", "data": "a message for the log" }))?;
    context.peer.notify_logging_message(message).await.map_err(failure)?;
    Ok("logged".into())
}

async fn sample(context: &Context) -> Result<String, ErrorData> {
    let request = from_json(json!({ "messages": [{ "role": "user", "content": { "type": "text", "text": "a line" } }], "maxTokens": 10 }))?;
    let answer = context.peer.create_message(request).await.map_err(failure)?;
    Ok(serde_json::to_value(answer).map_err(failure)?["content"]["text"].to_string())
}

async fn elicit(context: &Context) -> Result<String, ErrorData> {
    let form = json!({ "type": "object", "properties": { "value": { "type": "string" } }, "required": ["value"] });
    let request = from_json(json!({ "mode": "form", "message": "What is your name?", "requestedSchema": form }))?;
    let answer = context.peer.create_elicitation(request).await.map_err(failure)?;
    Ok(answer.content.unwrap_or_default()["value"].to_string())
}

async fn roots(context: &Context) -> Result<String, ErrorData> {
    let answer = context.peer.list_roots().await.map_err(failure)?;
    Ok(answer.roots.into_iter().map(|root| root.uri).collect::<Vec<_>>().join(", "))
}

async fn touch(context: &Context) -> Result<String, ErrorData> {
    context.peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(GREETING)).await.map_err(failure)?;
    Ok("touched".into())
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_prompts()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_completions()
            .enable_logging()
            .build();
        ServerConfig::new(capabilities).with_server_info(Implementation::new("interop-rmcp", "1.0.0"))
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: Context) -> Result<ListToolsResult, ErrorData> {
        let tools: Vec<Value> = ["echo", "count", "log", "sample", "elicit", "roots", "touch"]
            .map(|name| json!({ "name": name, "inputSchema": { "type": "object" } }))
            .into();
        from_json(json!({ "tools": tools }))
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let text = match request.name.as_ref() {
            "echo" => format!("Echo: {}", arguments["message"].as_str().unwrap_or_default()),
            "count" => count(&arguments, &context).await?,
            "log" => log(&context).await?,
            "sample" => sample(&context).await?,
            "elicit" => elicit(&context).await?,
            "roots" => roots(&context).await?,
            "touch" => touch(&context).await?,
            name => return Err(ErrorData::invalid_params(format!("there is no tool {name}"), None)),
        };
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn list_resources(&self, _: Option<PaginatedRequestParams>, _: Context) -> Result<ListResourcesResult, ErrorData> {
        from_json(json!({ "resources": [{ "uri": GREETING, "name": "greeting" }] }))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        from_json(json!({ "resourceTemplates": [{ "uriTemplate": format!("{GREETING}/{{name}}"), "name": "greeting of" }] }))
    }

    async fn read_resource(&self, request: ReadResourceRequestParams, _: Context) -> Result<ReadResourceResponse, ErrorData> {
        let result: ReadResourceResult = from_json(json!({ "contents": [{ "uri": request.uri, "text": "Grüße from the resource" }] }))?;
        Ok(result.into())
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn list_prompts(&self, _: Option<PaginatedRequestParams>, _: Context) -> Result<ListPromptsResult, ErrorData> {
        from_json(json!({ "prompts": [{ "name": "greet", "arguments": [{ "name": "name", "required": true }] }] }))
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: Context) -> Result<GetPromptResponse, ErrorData> {
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let text = format!("Say hi to {}", arguments["name"].as_str().unwrap_or_default());
        let result: GetPromptResult = from_json(json!({ "messages": [{ "role": "user", "content": { "type": "text", "text": text } }] }))?;
        Ok(result.into())
    }

    async fn complete(&self, request: CompleteRequestParams, _: Context) -> Result<CompleteResult, ErrorData> {
        let names: Vec<&str> = ["Ada", "Alan", "Grace"].into_iter().filter(|name| name.starts_with(&request.argument.value)).collect();
        from_json(json!({ "completion": { "values": names } }))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let reason = Server.serve(stdio()).await?.waiting().await?;
    anyhow::ensure!(matches!(reason, QuitReason::Closed), "the server ended: {reason:?}");
    Ok(())
}
