package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// Mail is a mail server and who gets the digest.
type Mail struct {
	server *url.URL
	from   string
	to     []string
}

// ParseMail reads the address of a mail server and of those who get the digest:
//
//	smtp://user:password@host:587   encrypted when the server can, always with a password
//	smtps://user:password@host:465  encrypted from the first byte
//	smtp://host:25?tls=none         never encrypted: only inside the bureau's own network
//
// from is the sender; "" takes the user of the server's address.
func ParseMail(server, from string, to []string) (*Mail, error) {
	u, err := url.Parse(server)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("邮件服务器要写成 smtp://用户:密码@主机:端口 或 smtps://…")
	}
	if tls := u.Query().Get("tls"); tls != "" && tls != "none" && tls != "starttls" {
		return nil, fmt.Errorf("邮件服务器的 tls=%s 不对，请写 tls=none 或 tls=starttls", tls)
	}
	if from == "" && u.User != nil {
		if from = u.User.Username(); !strings.Contains(from, "@") {
			from += "@" + u.Hostname()
		}
	}
	if from == "" {
		return nil, errors.New("没有写发件人")
	}
	m := &Mail{server: u, from: from, to: to}
	if _, err := m.message(Report{}); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Mail) client() (*mail.Client, error) {
	options := []mail.Option{mail.WithTimeout(patience)}
	password := false
	if m.server.User != nil {
		if secret, ok := m.server.User.Password(); ok {
			password = true
			options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.server.User.Username()), mail.WithPassword(secret))
		}
	}
	port := 25
	switch tls := m.server.Query().Get("tls"); {
	case m.server.Scheme == "smtps":
		port = 465
		options = append(options, mail.WithSSL())
	case tls == "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	case tls == "starttls" || password:
		port = 587
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	}
	if text := m.server.Port(); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, errors.New("邮件服务器的端口不对")
		}
		port = n
	}
	return mail.NewClient(m.server.Hostname(), append(options, mail.WithPort(port))...)
}

func (m *Mail) message(r Report) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.From(m.from); err != nil {
		return nil, fmt.Errorf("发件人 %s 不是邮箱地址", m.from)
	}
	for _, to := range m.to {
		if err := msg.AddTo(to); err != nil {
			return nil, fmt.Errorf("收件人 %s 不是邮箱地址", to)
		}
	}
	msg.Subject(subject(r))
	msg.SetDateWithValue(r.Ended)
	msg.SetMessageID()
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, digest(r))
	return msg, nil
}

func (m *Mail) send(ctx context.Context, r Report) error {
	client, err := m.client()
	if err != nil {
		return err
	}
	msg, err := m.message(r)
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("%s：%w", m.server.Host, err)
	}
	return nil
}

// title is the run in a few words.
func title(r Report) string {
	words := strings.TrimSpace(r.Year + "年度" + r.Form)
	if r.Year == "" {
		words = r.Form
	}
	if r.Date != "" {
		words = strings.TrimSpace(r.Date + " " + words)
	}
	return oneLine(words)
}

func subject(r Report) string {
	if !r.Finished {
		return fmt.Sprintf("绩效自评 %s：没有完成（退出码%d）", title(r), r.ExitCode)
	}
	return fmt.Sprintf("绩效自评 %s：通过%d家，退回%d家，未报%d家", title(r), r.Accepted, r.Returned, r.Missing)
}

// digest is the body of the mail.
func digest(r Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", title(r))
	if r.Finished {
		fmt.Fprintf(&b, "通过%d家，退回%d家，未报%d家；错误%d处，提示%d处，未判%d处。\n", r.Accepted, r.Returned, r.Missing, r.Errors, r.Notices, r.Unjudged)
	} else {
		fmt.Fprintf(&b, "没有完成，退出码%d：%s\n", r.ExitCode, oneLine(r.Trouble))
	}
	if len(r.ReturnedUnits) > 0 {
		b.WriteString("\n退回的单位：\n")
		for _, u := range r.ReturnedUnits {
			fmt.Fprintf(&b, "  %s（错误%d处）\n", strings.TrimSpace(oneLine(u.Code)+" "+oneLine(u.Name)), u.Errors)
		}
		if more := r.Returned - len(r.ReturnedUnits); more > 0 {
			fmt.Fprintf(&b, "  另有%d家\n", more)
		}
	}
	if r.Inbox != nil {
		fmt.Fprintf(&b, "\n收件里还有%d个文件在等，等得最久的等了%d分钟。\n", r.Inbox.Waiting, r.Inbox.OldestAge/60)
	}
	if r.Page != "" {
		fmt.Fprintf(&b, "\n全部情况见 %s（用浏览器打开）\n", r.Page)
	}
	fmt.Fprintf(&b, "\n%s，%s，%s 至 %s\n", r.Host, r.Folder, r.Started.Format(time.DateTime), r.Ended.Format(time.DateTime))
	return b.String()
}

// oneLine keeps a name out of a workbook from looking like lines of the mail.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
