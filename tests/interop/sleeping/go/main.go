// The official Go SDK: more clients than server processes, each with its GET stream open and idle.
//
//	go run . URL PROCESSES
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func connect(ctx context.Context, url string, count int) ([]*mcp.ClientSession, error) {
	var sessions []*mcp.ClientSession
	for range count {
		client := mcp.NewClient(&mcp.Implementation{Name: "interop", Version: "1.0.0"}, nil)
		session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: url}, nil)
		if err != nil {
			return sessions, err
		}
		sessions = append(sessions, session)
	}
	return sessions, nil
}

func call(ctx context.Context, session *mcp.ClientSession, text string) error {
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "echo", Arguments: map[string]any{"text": text}})
	if err != nil {
		return err
	}
	raw, err := result.MarshalJSON()
	if err == nil && !strings.Contains(string(raw), text) {
		err = fmt.Errorf("no %q in %s", text, raw)
	}
	return err
}

func callAll(ctx context.Context, sessions []*mcp.ClientSession) error {
	for _, round := range []string{"first", "second"} {
		done := make(chan error)
		for i, session := range sessions {
			go func() { done <- call(ctx, session, fmt.Sprintf("%s of %d.", round, i)) }()
		}
		for range sessions {
			if err := <-done; err != nil {
				return err
			}
		}
	}
	return nil
}

func main() {
	processes, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	sessions, err := connect(ctx, os.Args[1], processes+1)
	if err == nil {
		err = callAll(ctx, sessions)
	}
	promise := fmt.Sprintf("a client is served although %d others have all processes; all get their own answers", processes)
	if err != nil {
		fmt.Printf("not ok 1 - %s\n  %s\n1..1\n", promise, err)
		os.Exit(1)
	}
	fmt.Printf("ok 1 - %s\n1..1\n", promise)
}
