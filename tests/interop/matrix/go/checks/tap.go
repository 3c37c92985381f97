package checks

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// results prints numbered TAP results: what tap.mjs does for the clients in JavaScript.
type results struct {
	count, failed int
}

// check runs one check and prints its result. A check never keeps the next one from running.
func (r *results) check(name string, limit time.Duration, body func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- body(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = fmt.Errorf("not done within %s", limit)
	}
	r.count++
	if err == nil {
		fmt.Printf("ok %d - %s\n", r.count, name)
		return
	}
	r.failed++
	fmt.Printf("not ok %d - %s\n  %s\n", r.count, name, strings.ReplaceAll(err.Error(), "\n", "\n  "))
}

// finish prints the plan and returns the exit code.
func (r *results) finish() int {
	fmt.Printf("1..%d\n", r.count)
	if r.failed > 0 {
		return 1
	}
	return 0
}

// eventually waits until the condition is true.
func eventually(ctx context.Context, what string, condition func() (bool, error)) error {
	const limit = 10 * time.Second
	end := time.Now().Add(limit)
	for {
		if is, err := condition(); err != nil || is {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s: not within %s", what, limit)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
