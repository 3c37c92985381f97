// Package checks asks the same of the clients in Go as checks.mjs asks of the clients in JavaScript.
package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Session is a connection of an SDK. Its results may be of any type; they are compared in their JSON form.
type Session interface {
	ServerName() string
	Revision() string // of the protocol, which the client and the bridge agreed on
	ID() string
	Ping(context.Context) error
	ListTools(context.Context) (any, error)
	ListResources(context.Context) (any, error)
	ListResourceTemplates(context.Context) (any, error)
	ListPrompts(context.Context) (any, error)
	CallTool(ctx context.Context, name string, arguments map[string]any) (any, error)
	ReadResource(ctx context.Context, uri string) (any, error)
	GetPrompt(ctx context.Context, name string, arguments map[string]string) (any, error)
	Complete(ctx context.Context, ref, argument map[string]string) (any, error)
	SetLevel(ctx context.Context, level string) error
	Subscribe(ctx context.Context, uri string) error
	Unsubscribe(ctx context.Context, uri string) error
	Close() error
}

// Place says where a session goes, and how its client answers what a server asks for.
type Place struct {
	URL  string
	Kind string // "http" or "sse"
	Root string
	Form map[string]any
}

// Modern is the first revision of the modern era. There the level of SetLevel goes with each later call.
const Modern = "2026-07-28"

// Acknowledged is the first message of a stream for which the client listens in the modern era.
const Acknowledged = "notifications/subscriptions/acknowledged"

// Completion is how a client answers a request for sampling.
const Completion = "a completion from the client"

// Connect opens a session of the SDK. The session asks for progress in every call.
type Connect func(ctx context.Context, place Place, notices *Notices) (Session, error)

type checker struct {
	*plan
	connect Connect
	session Session
	notices *Notices
}

// Run runs the plan in the file and returns the exit code.
func Run(file string, connect Connect) int {
	plan, err := readPlan(file)
	if err != nil {
		fmt.Println("Bail out!", err)
		return 1
	}
	c := &checker{plan: plan, connect: connect, notices: new(Notices)}
	checks := map[string]func(context.Context) error{
		"initialize": c.initialize, "unasked": c.unasked, "ping": c.ping, "tools": c.tools, "resources": c.resources, "prompts": c.prompts,
		"call": c.call, "read": c.read, "prompt": c.prompt, "completion": c.completion, "progress": c.progress, "logging": c.logging,
		"sampling": c.sampling, "elicitation": c.elicitation, "roots": c.roots, "updates": c.updates, "cancel": c.cancel,
		"resume": c.resume, "cut": c.cut, "terminate": c.terminate,
	}
	var results results
	for _, name := range plan.Checks {
		results.check(name, 30*time.Second, func(ctx context.Context) error {
			if name != "initialize" && c.session == nil {
				return fmt.Errorf("there is no session")
			}
			return checks[name](ctx)
		})
	}
	if c.session != nil && !slices.Contains(plan.Checks, "terminate") {
		c.session.Close()
	}
	return results.finish()
}

func (c *checker) isModern() bool { return c.Era == "modern" }

func (c *checker) place(url string) Place {
	return Place{URL: url, Kind: c.Kind, Root: c.Root, Form: c.Server.Elicitation.Content}
}

func (c *checker) initialize(ctx context.Context) (err error) {
	// The context of this check ends with it; the session goes on.
	c.session, err = c.connect(context.WithoutCancel(ctx), c.place(c.URL), c.notices)
	if err != nil {
		return err
	}
	if name := c.session.ServerName(); name != c.Server.Name {
		return fmt.Errorf("the server is called %q", name)
	}
	if c.isModern() != (c.session.Revision() >= Modern) {
		return fmt.Errorf("the revision is %s", c.session.Revision())
	}
	if c.Kind != "sse" && c.isModern() != (c.session.ID() == "") {
		return fmt.Errorf("the session id is %q", c.session.ID())
	}
	return nil
}

func (c *checker) unasked(ctx context.Context) error {
	return eventually(ctx, c.Server.Unasked+" from the server", func() (bool, error) {
		return slices.Contains(copied(c.notices, &c.notices.asked), c.Server.Unasked), nil
	})
}

func (c *checker) ping(ctx context.Context) error { return c.session.Ping(ctx) }

func (c *checker) tools(ctx context.Context) error {
	result, err := c.session.ListTools(ctx)
	return includesAll(result, err, "tools", "name", c.Server.Tools)
}

func (c *checker) resources(ctx context.Context) error {
	result, err := c.session.ListResources(ctx)
	if err := includesAll(result, err, "resources", "uri", c.Server.Resources); err != nil {
		return err
	}
	result, err = c.session.ListResourceTemplates(ctx)
	return includesAll(result, err, "resourceTemplates", "uriTemplate", c.Server.Templates)
}

func (c *checker) prompts(ctx context.Context) error {
	result, err := c.session.ListPrompts(ctx)
	return includesAll(result, err, "prompts", "name", c.Server.Prompts)
}

func (c *checker) call(ctx context.Context) error {
	return c.callIncludes(ctx, c.Server.Call, c.Server.Call.Text)
}

func (c *checker) read(ctx context.Context) error {
	result, err := c.session.ReadResource(ctx, c.Server.Read.URI)
	return includesText(result, err, c.Server.Read.Text)
}

func (c *checker) prompt(ctx context.Context) error {
	result, err := c.session.GetPrompt(ctx, c.Server.Prompt.Name, c.Server.Prompt.Arguments)
	return includesText(result, err, c.Server.Prompt.Text)
}

func (c *checker) completion(ctx context.Context) error {
	result, err := c.session.Complete(ctx, c.Server.Completion.Ref, c.Server.Completion.Argument)
	if err != nil {
		return err
	}
	var values []string
	for _, value := range list(generic(result), "completion", "values") {
		values = append(values, fmt.Sprint(value))
	}
	if !slices.Equal(values, c.Server.Completion.Values) {
		return fmt.Errorf("the values are %v", values)
	}
	return nil
}

func (c *checker) progress(ctx context.Context) error {
	before := len(copied(c.notices, &c.notices.progress))
	if _, err := c.callTool(ctx, c.session, c.Server.Progress); err != nil {
		return err
	}
	return c.allSteps(ctx, c.notices, before, c.Server.Progress.Steps)
}

// allSteps waits for the last step, because an SDK may deliver the result of a call before its progress.
func (c *checker) allSteps(ctx context.Context, notices *Notices, before, count int) error {
	var steps []float64
	err := eventually(ctx, "the last step", func() (bool, error) {
		steps = copied(notices, &notices.progress)[before:]
		return slices.Contains(steps, float64(count)), nil
	})
	if err != nil {
		return fmt.Errorf("%w: %v", err, steps)
	}
	for i, step := range steps {
		if step != float64(i+1) || len(steps) != count {
			return fmt.Errorf("the steps are %v", steps)
		}
	}
	return nil
}

func (c *checker) logging(ctx context.Context) error {
	if err := c.session.SetLevel(ctx, "debug"); err != nil {
		return err
	}
	if _, err := c.callTool(ctx, c.session, c.Server.Logging); err != nil {
		return err
	}
	err := eventually(ctx, "a log message", func() (bool, error) {
		return slices.ContainsFunc(copied(c.notices, &c.notices.logs), func(data string) bool {
			return strings.Contains(data, c.Server.Logging.Text)
		}), nil
	})
	if err != nil {
		return err
	}
	_, err = c.callTool(ctx, c.session, c.Server.Logging)
	return err
}

func (c *checker) sampling(ctx context.Context) error {
	return c.callIncludes(ctx, c.Server.Sampling, Completion)
}

func (c *checker) elicitation(ctx context.Context) error {
	return c.callIncludes(ctx, c.Server.Elicitation, "Ada Lovelace")
}

func (c *checker) roots(ctx context.Context) error {
	return c.callIncludes(ctx, c.Server.Roots, c.Server.Roots.Text)
}

func (c *checker) updates(ctx context.Context) error {
	toggle := toolCall{Tool: c.Server.Updates.Tool, Arguments: c.Server.Updates.Arguments}
	if err := c.session.Subscribe(ctx, c.Server.Updates.URI); err != nil {
		return err
	}
	if err := c.acknowledged(ctx); err != nil {
		return err
	}
	if _, err := c.callTool(ctx, c.session, toggle); err != nil {
		return err
	}
	err := eventually(ctx, "an update of "+c.Server.Updates.URI, func() (bool, error) {
		return slices.Contains(copied(c.notices, &c.notices.updated), c.Server.Updates.URI), nil
	})
	if err != nil {
		return err
	}
	if _, err := c.callTool(ctx, c.session, toggle); err != nil {
		return err
	}
	return c.session.Unsubscribe(ctx, c.Server.Updates.URI)
}

// acknowledged waits until the bridge has acknowledged the listening of the modern era: the SDKs do not.
func (c *checker) acknowledged(ctx context.Context) error {
	if !c.isModern() {
		return nil
	}
	return eventually(ctx, "the acknowledgement", func() (bool, error) {
		return slices.Contains(copied(c.notices, &c.notices.asked), Acknowledged), nil
	})
}

func (c *checker) cancel(ctx context.Context) error {
	begun := c.Server.Cancel.Begun
	before := len(copied(c.notices, &c.notices.progress))
	calling, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() {
		_, err := c.callTool(calling, c.session, c.Server.Cancel)
		done <- err
	}()
	err := eventually(ctx, "the call at work", func() (bool, error) {
		if begun == "progress" {
			return len(copied(c.notices, &c.notices.progress)) > before, nil
		}
		open, err := openPages(ctx, begun)
		return open > 0, err
	})
	if err != nil {
		return err
	}
	stop()
	if err := <-done; err == nil {
		return fmt.Errorf("the cancelled call was answered")
	}
	if begun != "progress" {
		err := eventually(ctx, "the end of the server's work", func() (bool, error) {
			open, err := openPages(ctx, begun)
			return open == 0, err
		})
		if err != nil {
			return err
		}
	}
	if c.isModern() {
		return c.tools(ctx)
	}
	return c.session.Ping(ctx)
}

func (c *checker) terminate(ctx context.Context) error {
	id := c.session.ID()
	if err := c.session.Close(); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, "POST", c.URL, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	request.Header.Set("Mcp-Session-Id", id)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		return fmt.Errorf("the status is %s", response.Status)
	}
	return nil
}

// callTool calls a tool and returns its result in the generic form of JSON.
func (c *checker) callTool(ctx context.Context, session Session, call toolCall) (any, error) {
	result, err := session.CallTool(ctx, call.Tool, call.Arguments)
	if err != nil {
		return nil, err
	}
	value := generic(result)
	if object, is := value.(map[string]any); is && object["isError"] == true {
		return nil, fmt.Errorf("the tool failed: %v", value)
	}
	return value, nil
}

func (c *checker) callIncludes(ctx context.Context, call toolCall, text string) error {
	result, err := c.callTool(ctx, c.session, call)
	return includesText(result, err, text)
}

func includesAll(result any, err error, member, key string, expected []string) error {
	if err != nil {
		return err
	}
	var have []string
	for _, item := range list(generic(result), member) {
		have = append(have, fmt.Sprint(item.(map[string]any)[key]))
	}
	for _, one := range expected {
		if !slices.Contains(have, one) {
			return fmt.Errorf("no %s among the %s: %v", one, member, have)
		}
	}
	return nil
}

func includesText(result any, err error, expected string) error {
	if err != nil {
		return err
	}
	if text := textOf(generic(result)); !strings.Contains(text, expected) {
		return fmt.Errorf("no %q in %.500q", expected, text)
	}
	return nil
}

// textOf returns every string that a result holds as a member "text", on a line each.
func textOf(value any) string {
	switch value := value.(type) {
	case []any:
		var lines []string
		for _, item := range value {
			lines = append(lines, textOf(item))
		}
		return strings.Join(lines, "\n")
	case map[string]any:
		if text, is := value["text"].(string); is {
			return text
		}
		var lines []string
		for _, key := range []string{"content", "contents", "messages", "resource"} {
			if member, has := value[key]; has {
				lines = append(lines, textOf(member))
			}
		}
		return strings.Join(lines, "\n")
	}
	return ""
}

// generic returns the form that a value has in JSON.
func generic(value any) (read any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(text)).Decode(&read)
	}
	if err != nil {
		panic(err)
	}
	return read
}

func list(value any, path ...string) []any {
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	items, _ := value.([]any)
	return items
}

func openPages(ctx context.Context, url string) (int, error) {
	var status struct{ Open int }
	err := getJSON(ctx, url, &status)
	return status.Open, err
}
