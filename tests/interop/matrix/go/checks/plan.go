package checks

import (
	"encoding/json"
	"os"
)

// A plan says where the bridge is, what stands behind it (one entry of servers.json), and which checks are to run.
type plan struct {
	URL    string
	Kind   string
	Era    string
	Root   string
	Wire   *wire
	Checks []string
	Server server
}

type wire struct {
	URL     string
	Control string
}

type toolCall struct {
	Tool      string
	Arguments map[string]any
	Text      string
	Steps     int
	Begun     string
	Content   map[string]any
}

type server struct {
	Name      string
	Tools     []string
	Resources []string
	Templates []string
	Prompts   []string
	Call      toolCall
	Read      struct{ URI, Text string }
	Prompt    struct {
		Name      string
		Arguments map[string]string
		Text      string
	}
	Completion struct {
		Ref      map[string]string
		Argument map[string]string
		Values   []string
	}
	Progress, Logging, Sampling, Elicitation, Roots, Cancel, Resume toolCall
	Unasked                                                         string
	Updates                                                         struct {
		URI       string
		Tool      string
		Arguments map[string]any
	}
}

func readPlan(file string) (*plan, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	read := new(plan)
	return read, json.Unmarshal(text, read)
}
