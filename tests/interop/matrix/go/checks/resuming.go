package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// resume: the bridge ends the stream of a call at its highest age.
func (c *checker) resume(ctx context.Context) error {
	return c.overWire(ctx, func(Session, *Notices) error { return nil })
}

// cut: the network between client and bridge breaks in the middle of a call.
func (c *checker) cut(ctx context.Context) error {
	return c.overWire(ctx, func(_ Session, notices *Notices) error {
		err := eventually(ctx, "progress of the call", func() (bool, error) { return len(copied(notices, &notices.progress)) > 2, nil })
		if err != nil {
			return err
		}
		var done struct{}
		return getJSON(ctx, c.Wire.Control+"/cut", &done)
	})
}

// overWire makes the call on a connection of its own, disturbs it, and sees to it that the client came back for its call.
func (c *checker) overWire(ctx context.Context, disturb func(Session, *Notices) error) error {
	before, err := c.resumed(ctx)
	if err != nil {
		return err
	}
	notices := new(Notices)
	session, err := c.connect(context.WithoutCancel(ctx), c.place(c.Wire.URL), notices)
	if err != nil {
		return err
	}
	defer session.Close()
	done := make(chan error, 1)
	go func() {
		_, err := c.callTool(ctx, session, c.Server.Resume)
		done <- err
	}()
	if err := disturb(session, notices); err != nil {
		return err
	}
	if err := <-done; err != nil {
		return err
	}
	if err := c.allSteps(ctx, notices, 0, c.Server.Resume.Steps); err != nil {
		return err
	}
	after, err := c.resumed(ctx)
	if err == nil && after == before {
		err = fmt.Errorf("the client never sent Last-Event-ID")
	}
	return err
}

// resumed returns how many requests with Last-Event-ID the wire has carried.
func (c *checker) resumed(ctx context.Context) (int, error) {
	var state struct{ Resumed int }
	err := getJSON(ctx, c.Wire.Control+"/state", &state)
	return state.Resumed, err
}

func getJSON(ctx context.Context, url string, value any) error {
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(value)
}
