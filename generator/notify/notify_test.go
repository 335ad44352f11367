package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jixiao/generator/notify"
)

var began = time.Date(2026, 11, 23, 2, 0, 0, 0, time.FixedZone("", 8*3600))

// sample is a run that finished with returned units.
func sample() notify.Report {
	return notify.Report{
		Version: 1, Command: "run", Folder: `/成果 "甲"`, Host: "srv", Date: "2026-11-23", Form: "整体支出", Year: "2022",
		Started: began, Ended: began.Add(90 * time.Second), ExitCode: 3, Finished: true,
		Accepted: 5, Returned: 22, Missing: 1, Errors: 30, Notices: 4, Unjudged: 2,
		ReturnedUnits: []notify.Unit{{Code: "301005", Name: "青岚区文化馆", Errors: 1}, {Name: "坏名字\r\nBcc: x@example.org", Errors: 2}},
		Page:          "/成果/运行报告.html", Inbox: &notify.Inbox{Waiting: 3, OldestAge: 600, Claimed: 1},
	}
}

// web is a server that keeps what it was asked.
type web struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newWeb(t *testing.T, status int) *web {
	w := &web{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.asked = append(w.asked, r.Method+" "+r.URL.Path+" "+string(body))
		w.mu.Unlock()
		rw.WriteHeader(status)
	}))
	t.Cleanup(w.Close)
	return w
}

// TestWeb pings a start and an end, and posts the report.
func TestWeb(t *testing.T) {
	t.Parallel()
	w := newWeb(t, http.StatusOK)
	targets := notify.Targets{Ping: w.URL + "/ping/abc/", Webhook: w.URL + "/hook?key=1"}
	if errs := targets.Start(t.Context(), sample()); errs != nil {
		t.Fatal(errs)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop() // an interrupted run is told of too
	if errs := targets.Finish(ctx, sample()); errs != nil {
		t.Fatal(errs)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.asked) != 3 || w.asked[0] != "GET /ping/abc/start " {
		t.Fatalf("asked %q", w.asked)
	}
	all := strings.Join(w.asked, "\n")
	if !strings.Contains(all, "GET /ping/abc/3 ") {
		t.Errorf("no exit code: %q", w.asked)
	}
	_, body, _ := strings.Cut(all, "POST /hook ")
	body, _, _ = strings.Cut(body, "\n")
	var got notify.Report
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err, body)
	}
	if want := sample(); fmt.Sprintf("%+v %+v", got.ReturnedUnits, *got.Inbox) != fmt.Sprintf("%+v %+v", want.ReturnedUnits, *want.Inbox) || got.Returned != 22 || got.ExitCode != 3 || !got.Ended.Equal(want.Ended) {
		t.Errorf("posted %+v", got)
	}
}

// TestMetrics follows the file over a start, a success, a failure.
func TestMetrics(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "jixiao.prom")
	targets := notify.Targets{Metrics: file}
	at := func(line string) string { return fmt.Sprintf("jixiao_"+line, `command="run",folder="/成果 \"甲\""`) }
	check := func(when string, want, not []string) {
		t.Helper()
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		has := func(w string) bool {
			for _, l := range lines {
				if l == w {
					return true
				}
			}
			return false
		}
		for _, w := range want {
			if !has(at(w)) {
				t.Errorf("%s: no line %s in\n%s", when, at(w), data)
			}
		}
		for _, n := range not {
			if strings.Contains(string(data), n) {
				t.Errorf("%s: has %s", when, n)
			}
		}
		seen := map[string]bool{}
		for _, l := range lines {
			if seen[l] && l != "" {
				t.Errorf("%s: %s stands twice", when, l)
			}
			seen[l] = true
		}
	}
	r := sample()
	if errs := targets.Start(t.Context(), r); errs != nil {
		t.Fatal(errs)
	}
	check("begun", []string{"last_start_seconds{%s} 1795370400.000"}, []string{"last_success", "exit_code", "units"})
	if errs := targets.Finish(t.Context(), r); errs != nil {
		t.Fatal(errs)
	}
	ended := []string{
		"last_success_seconds{%s} 1795370490.000", "last_end_seconds{%s} 1795370490.000", "duration_seconds{%s} 90.000", "exit_code{%s} 3",
		`units{%s,outcome="accepted"} 5`, `units{%s,outcome="returned"} 22`, `units{%s,outcome="missing"} 1`,
		`findings{%s,level="error"} 30`, `findings{%s,level="notice"} 4`, `findings{%s,level="unjudged"} 2`,
		"inbox_waiting_files{%s} 3", "inbox_oldest_age_seconds{%s} 600", "work_files{%s} 1",
	}
	check("ended", append(ended, "last_start_seconds{%s} 1795370400.000"), []string{"NaN", "文化馆"})
	r.Started = began.Add(time.Hour)
	if errs := targets.Start(t.Context(), r); errs != nil {
		t.Fatal(errs)
	}
	check("begun again", append(ended, "last_start_seconds{%s} 1795374000.000"), nil)
	r.Ended, r.Finished, r.ExitCode, r.Accepted = began.Add(2*time.Hour), false, 1, 0
	if errs := targets.Finish(t.Context(), r); errs != nil {
		t.Fatal(errs)
	}
	check("failed", []string{"last_success_seconds{%s} 1795370490.000", "last_end_seconds{%s} 1795377600.000", "exit_code{%s} 1", `units{%s,outcome="accepted"} 5`}, nil)
	rest, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*"))
	if err != nil || len(rest) > 0 {
		t.Errorf("left behind: %q, %v", rest, err)
	}
}

// TestFailing lets every target fail in its own way; the others are told all the same, in bounded time.
func TestFailing(t *testing.T) {
	t.Parallel()
	good := newWeb(t, http.StatusOK)
	bad := newWeb(t, http.StatusInternalServerError)
	silent := newListener(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }) // takes everything, says nothing
	gone := newListener(t, func(net.Conn) {})
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	post := func(server string) *notify.Mail { return newMail(t, server) }
	for _, c := range []struct {
		name    string
		targets notify.Targets
		want    string // the errors, address and system's words cut off
	}{
		{"a mail server that is not there", notify.Targets{Mail: post("smtp://u:geheim@" + gone.Addr().String() + "?tls=none"), Ping: good.URL + "/a"}, "邮件没有送出：" + gone.Addr().String()},
		{"a mail server that says nothing", notify.Targets{Mail: post("smtp://u:geheim@" + silent.Addr().String() + "?tls=none"), Ping: good.URL + "/b"}, "邮件没有送出：等了太久没有回应"},
		{"a webhook that is not there", notify.Targets{Webhook: "http://" + gone.Addr().String() + "/geheim", Ping: good.URL + "/c"}, "webhook没有送出：" + gone.Addr().String() + "：dial tcp"},
		{"a webhook that says nothing", notify.Targets{Webhook: "http://" + silent.Addr().String() + "/geheim", Ping: good.URL + "/d"}, "webhook没有送出：等了太久没有回应"},
		{"a webhook that fails", notify.Targets{Webhook: bad.URL + "/geheim", Ping: good.URL + "/e"}, "webhook没有送出：" + strings.TrimPrefix(bad.URL, "http://") + " 回应 500 Internal Server Error"},
		{"a ping that says nothing", notify.Targets{Ping: "http://" + silent.Addr().String() + "/geheim", Webhook: good.URL + "/f/3"}, "ping没有送出：等了太久没有回应"},
		{"a folder that is not there", notify.Targets{Metrics: filepath.Join(dir, "没有", "x.prom"), Ping: good.URL + "/g"}, "监控指标没有送出：open " + filepath.Join(dir, "没有")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			errs := c.targets.Finish(notify.WithPatience(t.Context(), 700*time.Millisecond), sample())
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), c.want) || strings.Contains(errs[0].Error(), "geheim") {
				t.Errorf("told %q, want %s…", errs, c.want)
			}
			mark := strings.TrimPrefix(c.targets.Ping, good.URL)
			if c.targets.Webhook == good.URL+"/f/3" {
				mark = "/f"
			}
			good.mu.Lock()
			defer good.mu.Unlock()
			if !strings.Contains(strings.Join(good.asked, "\n"), " "+mark+"/3 ") {
				t.Errorf("the other was not told: %q", good.asked)
			}
		})
	}
}

// TestAddresses refuses what cannot be told.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, a := range []string{"", "example.org", "ftp://example.org", "https://", "://"} {
		if notify.CheckAddress(a) == nil {
			t.Errorf("%q is an address", a)
		}
	}
	for _, c := range []struct{ server, from, to, says string }{
		{"mail.example.org", "a@example.org", "b@example.org", "邮件服务器要写成 smtp://用户:密码@主机:端口 或 smtps://…"},
		{"http://mail.example.org", "a@example.org", "b@example.org", "邮件服务器要写成 smtp://用户:密码@主机:端口 或 smtps://…"},
		{"smtp://mail.example.org", "", "b@example.org", "没有写发件人"},
		{"smtp://mail.example.org", "甲", "b@example.org", "发件人 甲 不是邮箱地址"},
		{"smtp://mail.example.org", "a@example.org", "b", "收件人 b 不是邮箱地址"},
		{"smtp://mail.example.org?tls=yes", "a@example.org", "b@example.org", "邮件服务器的 tls=yes 不对，请写 tls=none 或 tls=starttls"},
	} {
		if _, err := notify.ParseMail(c.server, c.from, []string{c.to}); err == nil || err.Error() != c.says {
			t.Errorf("%s: %v, want %s", c.server, err, c.says)
		}
	}
}
