// The official Go SDK in its default mode: it asks server/discover first, and falls back to initialize.
//
//	go-sdk PLAN
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"interop/matrix/checks"
)

type session struct {
	*mcp.ClientSession
	level *string // of the log messages that a call of the modern era asks for
}

func connect(ctx context.Context, place checks.Place, notices *checks.Notices) (checks.Session, error) {
	client := mcp.NewClient(&mcp.Implementation{Name: "interop", Version: "1.0.0"}, &mcp.ClientOptions{
		CreateMessageHandler: func(context.Context, *mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
			return &mcp.CreateMessageResult{Role: "assistant", Model: "none", Content: &mcp.TextContent{Text: checks.Completion}}, nil
		},
		ElicitationHandler: func(context.Context, *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			return &mcp.ElicitResult{Action: "accept", Content: place.Form}, nil
		},
		ResourceUpdatedHandler: func(_ context.Context, request *mcp.ResourceUpdatedNotificationRequest) {
			notices.Updated(request.Params.URI)
		},
		LoggingMessageHandler: func(_ context.Context, request *mcp.LoggingMessageRequest) {
			notices.Logged(fmt.Sprint(request.Params.Data))
		},
		ProgressNotificationHandler: func(_ context.Context, request *mcp.ProgressNotificationClientRequest) {
			notices.Progressed(request.Params.Progress)
		},
	})
	client.AddRoots(&mcp.Root{URI: place.Root, Name: "interop"})
	client.AddReceivingMiddleware(func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, request mcp.Request) (mcp.Result, error) {
			notices.Asked(method)
			return next(ctx, method, request)
		}
	})
	var transport mcp.Transport = &mcp.StreamableClientTransport{Endpoint: place.URL}
	if place.Kind == "sse" {
		transport = &mcp.SSEClientTransport{Endpoint: place.URL}
	}
	connected, err := client.Connect(ctx, transport, nil)
	if err != nil {
		return nil, err
	}
	return session{connected, new(string)}, nil
}

func (s session) ServerName() string             { return s.InitializeResult().ServerInfo.Name }
func (s session) Revision() string               { return s.InitializeResult().ProtocolVersion }
func (s session) Ping(ctx context.Context) error { return s.ClientSession.Ping(ctx, nil) }

func (s session) ListTools(ctx context.Context) (any, error) {
	return s.ClientSession.ListTools(ctx, nil)
}
func (s session) ListResources(ctx context.Context) (any, error) {
	return s.ClientSession.ListResources(ctx, nil)
}
func (s session) ListPrompts(ctx context.Context) (any, error) {
	return s.ClientSession.ListPrompts(ctx, nil)
}
func (s session) ListResourceTemplates(ctx context.Context) (any, error) {
	return s.ClientSession.ListResourceTemplates(ctx, nil)
}

func (s session) CallTool(ctx context.Context, name string, arguments map[string]any) (any, error) {
	params := &mcp.CallToolParams{Name: name, Arguments: arguments}
	if *s.level != "" {
		params.Meta = mcp.Meta{mcp.MetaKeyLogLevel: *s.level}
	}
	params.SetProgressToken(name)
	return s.ClientSession.CallTool(ctx, params)
}

func (s session) ReadResource(ctx context.Context, uri string) (any, error) {
	return s.ClientSession.ReadResource(ctx, &mcp.ReadResourceParams{URI: uri})
}

func (s session) GetPrompt(ctx context.Context, name string, arguments map[string]string) (any, error) {
	return s.ClientSession.GetPrompt(ctx, &mcp.GetPromptParams{Name: name, Arguments: arguments})
}

func (s session) Complete(ctx context.Context, ref, argument map[string]string) (any, error) {
	return s.ClientSession.Complete(ctx, &mcp.CompleteParams{
		Ref:      &mcp.CompleteReference{Type: ref["type"], Name: ref["name"]},
		Argument: mcp.CompleteParamsArgument{Name: argument["name"], Value: argument["value"]},
	})
}

func (s session) SetLevel(ctx context.Context, level string) error {
	if s.Revision() >= checks.Modern {
		*s.level = level
		return nil
	}
	return s.SetLoggingLevel(ctx, &mcp.SetLoggingLevelParams{Level: mcp.LoggingLevel(level)})
}

func (s session) Subscribe(ctx context.Context, uri string) error {
	return s.ClientSession.Subscribe(ctx, &mcp.SubscribeParams{URI: uri})
}

func (s session) Unsubscribe(ctx context.Context, uri string) error {
	return s.ClientSession.Unsubscribe(ctx, &mcp.UnsubscribeParams{URI: uri})
}

func main() { os.Exit(checks.Run(os.Args[1], connect)) }
