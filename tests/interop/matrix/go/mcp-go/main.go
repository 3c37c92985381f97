// The SDK mcp-go of mark3labs.
//
//	mcp-go PLAN              asks server/discover first, falls back to initialize, and opens no GET stream: the SDK's default
//	mcp-go --listen PLAN     opens a GET stream, for which the SDK skips server/discover
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"interop/matrix/checks"
)

type session struct {
	*client.Client
	server, revision string
}

// answers answers the requests of a server.
type answers struct {
	place   checks.Place
	notices *checks.Notices
}

func (a answers) CreateMessage(context.Context, mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
	a.notices.Asked(string(mcp.MethodSamplingCreateMessage))
	message := mcp.SamplingMessage{Role: mcp.RoleAssistant, Content: mcp.NewTextContent(checks.Completion)}
	return &mcp.CreateMessageResult{SamplingMessage: message, Model: "none"}, nil
}

func (a answers) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	a.notices.Asked(string(mcp.MethodElicitationCreate))
	response := mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionAccept, Content: a.place.Form}
	return &mcp.ElicitationResult{ElicitationResponse: response}, nil
}

func (a answers) ListRoots(context.Context, mcp.ListRootsRequest) (*mcp.ListRootsResult, error) {
	a.notices.Asked(string(mcp.MethodListRoots))
	return &mcp.ListRootsResult{Roots: []mcp.Root{{URI: a.place.Root, Name: "interop"}}}, nil
}

func transportTo(place checks.Place) (transport.Interface, error) {
	if place.Kind == "sse" {
		return transport.NewSSE(place.URL)
	}
	if os.Args[1] == "--listen" {
		return transport.NewStreamableHTTP(place.URL, transport.WithContinuousListening())
	}
	return transport.NewStreamableHTTP(place.URL)
}

func connect(ctx context.Context, place checks.Place, notices *checks.Notices) (checks.Session, error) {
	to, err := transportTo(place)
	if err != nil {
		return nil, err
	}
	asked := answers{place, notices}
	connected := client.NewClient(to, client.WithSamplingHandler(asked), client.WithElicitationHandler(asked), client.WithRootsHandler(asked))
	connected.OnNotification(func(notification mcp.JSONRPCNotification) { record(notification, notices) })
	if err := connected.Start(ctx); err != nil {
		return nil, err
	}
	var request mcp.InitializeRequest
	request.Params.ClientInfo = mcp.Implementation{Name: "interop", Version: "1.0.0"}
	result, err := connected.Initialize(ctx, request)
	if err != nil {
		return nil, err
	}
	return session{connected, result.ServerInfo.Name, result.ProtocolVersion}, nil
}

func record(notification mcp.JSONRPCNotification, notices *checks.Notices) {
	fields := notification.Params.AdditionalFields
	switch notification.Method {
	case checks.Acknowledged:
		notices.Asked(notification.Method)
	case "notifications/message":
		notices.Logged(fmt.Sprint(fields["data"]))
	case "notifications/resources/updated":
		notices.Updated(fmt.Sprint(fields["uri"]))
	case "notifications/progress":
		if progress, is := fields["progress"].(float64); is {
			notices.Progressed(progress)
		}
	}
}

func (s session) ServerName() string { return s.server }
func (s session) Revision() string   { return s.revision }
func (s session) ID() string         { return s.GetSessionId() }

func (s session) ListTools(ctx context.Context) (any, error) {
	return s.Client.ListTools(ctx, mcp.ListToolsRequest{})
}

func (s session) ListResources(ctx context.Context) (any, error) {
	return s.Client.ListResources(ctx, mcp.ListResourcesRequest{})
}

func (s session) ListResourceTemplates(ctx context.Context) (any, error) {
	return s.Client.ListResourceTemplates(ctx, mcp.ListResourceTemplatesRequest{})
}

func (s session) ListPrompts(ctx context.Context) (any, error) {
	return s.Client.ListPrompts(ctx, mcp.ListPromptsRequest{})
}

func (s session) CallTool(ctx context.Context, name string, arguments map[string]any) (any, error) {
	var request mcp.CallToolRequest
	request.Params = mcp.CallToolParams{Name: name, Arguments: arguments, Meta: &mcp.Meta{ProgressToken: name}}
	return s.Client.CallTool(ctx, request)
}

func (s session) ReadResource(ctx context.Context, uri string) (any, error) {
	var request mcp.ReadResourceRequest
	request.Params.URI = uri
	return s.Client.ReadResource(ctx, request)
}

func (s session) GetPrompt(ctx context.Context, name string, arguments map[string]string) (any, error) {
	var request mcp.GetPromptRequest
	request.Params.Name, request.Params.Arguments = name, arguments
	return s.Client.GetPrompt(ctx, request)
}

func (s session) Complete(ctx context.Context, ref, argument map[string]string) (any, error) {
	var request mcp.CompleteRequest
	request.Params.Ref = mcp.PromptReference{Type: ref["type"], Name: ref["name"]}
	request.Params.Argument = mcp.CompleteArgument{Name: argument["name"], Value: argument["value"]}
	return s.Client.Complete(ctx, request)
}

func (s session) SetLevel(ctx context.Context, level string) error {
	var request mcp.SetLevelRequest
	request.Params.Level = mcp.LoggingLevel(level)
	return s.Client.SetLevel(ctx, request)
}

func (s session) Subscribe(ctx context.Context, uri string) error {
	var request mcp.SubscribeRequest
	request.Params.URI = uri
	if err := s.Client.Subscribe(ctx, request); err != nil || s.revision < checks.Modern {
		return err
	}
	_, err := s.ListenAsync(context.WithoutCancel(ctx), s.PendingSubscriptionFilter(), nil)
	return err
}

func (s session) Unsubscribe(ctx context.Context, uri string) error {
	var request mcp.UnsubscribeRequest
	request.Params.URI = uri
	return s.Client.Unsubscribe(ctx, request)
}

func main() { os.Exit(checks.Run(os.Args[len(os.Args)-1], connect)) }
