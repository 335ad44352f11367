package notify_test

import (
	"bufio"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"jixiao/generator/notify"
)

// newListener serves every connection in its own goroutine until the test ends.
func newListener(t *testing.T, serve func(net.Conn)) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // a test may have closed it
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l
}

func newMail(t *testing.T, server string) *notify.Mail {
	t.Helper()
	m, err := notify.ParseMail(server, "jixiao@example.org", []string{"a@example.org", "局办 <b@example.org>"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMail sends the digest to a mail server and reads it there.
func TestMail(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	l := newListener(t, func(c net.Conn) { got <- smtp(c) })
	targets := notify.Targets{Mail: newMail(t, "smtp://"+l.Addr().String()+"?tls=none")}
	if errs := targets.Finish(t.Context(), sample()); errs != nil {
		t.Fatal(errs)
	}
	said := <-got
	envelope, data, _ := strings.Cut(said, "\nDATA\n")
	for _, w := range []string{"MAIL FROM:<jixiao@example.org>", "RCPT TO:<a@example.org>", "RCPT TO:<b@example.org>"} {
		if !strings.Contains(envelope, w) {
			t.Errorf("no %s in %s", w, envelope)
		}
	}
	if strings.Contains(envelope, "x@example.org") {
		t.Errorf("a unit's name added a recipient: %s", envelope)
	}
	msg, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != "绩效自评 2026-11-23 2022年度整体支出：通过5家，退回22家，未报1家" {
		t.Errorf("subject %s, %v", subject, err)
	}
	if msg.Header.Get("Bcc") != "" {
		t.Error("a unit's name became a header")
	}
	body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
	if err != nil {
		t.Fatal(err)
	}
	want := `2026-11-23 2022年度整体支出

通过5家，退回22家，未报1家；错误30处，提示4处，未判2处。

退回的单位：
  301005 青岚区文化馆（错误1处）
  坏名字 Bcc: x@example.org（错误2处）
  另有20家

收件里还有3个文件在等，等得最久的等了10分钟。

全部情况见 /成果/运行报告.html（用浏览器打开）

srv，/成果 "甲"，2026-11-23 02:00:00 至 2026-11-23 02:01:30
`
	if text := strings.ReplaceAll(string(body), "\r\n", "\n"); strings.TrimSpace(text) != strings.TrimSpace(want) {
		t.Errorf("body:\n%s", text)
	}
}

// smtp is a mail server for one mail: what it was told, and the mail after DATA.
func smtp(c net.Conn) string {
	var said strings.Builder
	taken := false
	if err := c.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err.Error() // a client that never says goodbye must not hold up the test
	}
	in := bufio.NewScanner(c)
	fmt.Fprint(c, "220 test ESMTP\r\n")
	for in.Scan() {
		line := in.Text()
		if !taken {
			fmt.Fprintln(&said, line)
		}
		switch strings.ToUpper(strings.Fields(line + " .")[0]) {
		case "EHLO":
			fmt.Fprint(c, "250-test\r\n250 8BITMIME\r\n")
		case "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			for in.Scan() && in.Text() != "." {
				fmt.Fprintln(&said, strings.TrimPrefix(in.Text(), "."))
			}
			taken = true
			fmt.Fprint(c, "250 taken\r\n")
		case "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return said.String()
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
	return said.String()
}

// TestPassword does not send a password to a server that cannot encrypt.
func TestPassword(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	l := newListener(t, func(c net.Conn) { got <- smtp(c) })
	targets := notify.Targets{Mail: newMail(t, "smtp://u:geheim@"+l.Addr().String())}
	errs := targets.Finish(t.Context(), sample())
	if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "邮件没有送出：") {
		t.Errorf("told %q", errs)
	}
	if said := <-got; strings.Contains(said, "AUTH") || strings.Contains(said, "MAIL") {
		t.Errorf("it said %s", said)
	}
}
