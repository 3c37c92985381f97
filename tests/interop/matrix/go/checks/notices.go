package checks

import (
	"slices"
	"sync"
)

// Notices collects what the server sends by itself. The SDKs call it from goroutines of their own.
type Notices struct {
	mutex    sync.Mutex
	asked    []string
	logs     []string
	updated  []string
	progress []float64
}

// Asked records the method of a request of the server, or of Acknowledged.
func (n *Notices) Asked(method string) { add(n, &n.asked, method) }

// Logged records the data of a log message.
func (n *Notices) Logged(data string) { add(n, &n.logs, data) }

// Updated records the URI of a resource that has changed.
func (n *Notices) Updated(uri string) { add(n, &n.updated, uri) }

// Progressed records the progress of a call.
func (n *Notices) Progressed(progress float64) { add(n, &n.progress, progress) }

func add[T any](n *Notices, list *[]T, item T) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	*list = append(*list, item)
}

func copied[T any](n *Notices, list *[]T) []T {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return slices.Clone(*list)
}
