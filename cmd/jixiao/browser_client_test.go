//go:build browser

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// A client of Chromium's debugging protocol, over the pipe that the browser offers
// beside its socket: messages of JSON with a zero byte behind each.

// chromium is one browser without a window, with one page.
type chromium struct {
	to      io.WriteCloser
	session string // of the page

	mu      sync.Mutex
	last    int
	waiting map[int]chan message
	events  []message // of the page, since the last load
	gone    error
}

// message is one message of the protocol.
type message struct {
	ID        int             `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// patience is how long the browser may take for one answer; CI machines are slow.
const patience = 2 * time.Minute

// startChromium starts a browser and opens an empty page.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	name := ""
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			name = p
			break
		}
	}
	if name == "" {
		t.Fatal("there is no Chromium here: install chromium, or leave these tests out")
	}
	// The browser reads from its descriptor 3 and writes to 4.
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--hide-scrollbars", "--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, f := range []*os.File{theirIn, theirOut} {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b := &chromium{to: ourOut, waiting: map[int]chan message{}}
	go b.listen(ourIn)
	t.Cleanup(func() {
		b.session = ""
		if err := b.call("Browser.close", nil, nil); err != nil {
			t.Logf("closing the browser: %v", err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			if err := cmd.Process.Kill(); err != nil {
				t.Log(err)
			}
			<-ended
		}
		for _, f := range []*os.File{ourOut, ourIn} {
			if err := f.Close(); err != nil {
				t.Log(err)
			}
		}
	})
	var target struct{ TargetID string }
	b.must(t, "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.must(t, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Network", "Log"} {
		b.must(t, domain+".enable", nil, nil)
	}
	return b
}

// listen takes what the browser says until it ends.
func (b *chromium) listen(from io.Reader) {
	r := bufio.NewReader(from)
	for {
		data, err := r.ReadBytes(0)
		if err != nil {
			b.mu.Lock()
			b.gone = fmt.Errorf("the browser has ended: %w", err)
			for _, w := range b.waiting {
				close(w)
			}
			b.waiting = map[int]chan message{}
			b.mu.Unlock()
			return
		}
		var m message
		if json.Unmarshal(data[:len(data)-1], &m) != nil {
			continue // no message of the protocol that this client knows
		}
		b.mu.Lock()
		if w, ok := b.waiting[m.ID]; ok && m.ID > 0 {
			delete(b.waiting, m.ID)
			w <- m
		} else if m.Method != "" {
			b.events = append(b.events, m)
		}
		b.mu.Unlock()
	}
}

// call sends one command and waits for its result.
func (b *chromium) call(method string, params, result any) error {
	b.mu.Lock()
	if b.gone != nil {
		b.mu.Unlock()
		return b.gone
	}
	b.last++
	answer := make(chan message, 1)
	b.waiting[b.last] = answer
	m := map[string]any{"id": b.last, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.session != "" {
		m["sessionId"] = b.session
	}
	data, err := json.Marshal(m)
	if err == nil {
		_, err = b.to.Write(append(data, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case m, ok := <-answer:
		switch {
		case !ok:
			return fmt.Errorf("%s: the browser has ended", method)
		case m.Error != nil:
			return fmt.Errorf("%s: %s", method, m.Error.Message)
		case result != nil:
			return json.Unmarshal(m.Result, result)
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("%s: no answer", method)
	}
}

func (b *chromium) must(t *testing.T, method string, params, result any) {
	t.Helper()
	if err := b.call(method, params, result); err != nil {
		t.Fatal(err)
	}
}

// happened returns the events of that name since the last load.
func (b *chromium) happened(method string) (list []message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.events {
		if m.Method == method {
			list = append(list, m)
		}
	}
	return list
}

// load opens a page and waits until it and its script are done; it returns how long that took.
func (b *chromium) load(t *testing.T, url string) time.Duration {
	t.Helper()
	b.mu.Lock()
	b.events = nil
	b.mu.Unlock()
	begin := time.Now()
	var r struct{ ErrorText string }
	b.must(t, "Page.navigate", map[string]any{"url": url}, &r)
	if r.ErrorText != "" {
		t.Fatalf("%s: %s", url, r.ErrorText)
	}
	for len(b.happened("Page.loadEventFired")) == 0 {
		if time.Since(begin) > patience {
			t.Fatalf("%s does not load", url)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(begin)
}

// eval runs a script in the page and decodes its result, which may be a promise.
func (b *chromium) eval(t *testing.T, script string, result any) {
	t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	b.must(t, "Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true}, &r)
	if x := r.ExceptionDetails; x != nil {
		t.Fatalf("%s\n%s %s", script, x.Text, x.Exception.Description)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(r.Result.Value, result); err != nil {
		t.Fatalf("%s\ngave %s: %v", script, r.Result.Value, err)
	}
}
