package main

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jixiao/generator/notify"
)

// TestPulse: a watch says that it is alive once a minute, at once when something
// gets into its way or out of it, and a service that does not answer is told of once.
func TestPulse(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	fails := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.Path)
		if fails {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer server.Close()
	var said bytes.Buffer
	p := &pulse{told: &notices{targets: notify.Targets{Ping: server.URL + "/x"}, stderr: &said, log: slog.New(slog.DiscardHandler)}, every: time.Hour}
	look := func(err error) {
		p.looked(err)
		for busy := true; busy; time.Sleep(time.Millisecond) {
			p.mu.Lock()
			busy = p.busy
			p.mu.Unlock()
		}
	}
	for _, err := range []error{nil, nil, errors.New("磁盘已满"), errors.New("磁盘已满"), nil, nil} {
		look(err)
	}
	if want := []string{"/x/0", "/x/1", "/x/0"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	mu.Lock()
	fails = true
	mu.Unlock()
	p.every = 0
	look(nil)
	look(nil)
	if text := said.String(); strings.Count(text, "ping没有送出") != 1 || !strings.Contains(text, "502 Bad Gateway（不影响成果）") {
		t.Errorf("%s", text)
	}
}
