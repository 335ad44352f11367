package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// CheckAddress says what is wrong with the address of a webhook or a ping; nil when nothing is.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("要写 http:// 或 https:// 开头的网址")
	}
	return nil
}

// post sends the report to a webhook.
func post(ctx context.Context, address string, r Report) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return ask(ctx, http.MethodPost, address, data)
}

// ping tells a dead-man's switch: start, or the exit code.
func ping(ctx context.Context, address, what string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("网址不对") // the library's message has the address
	}
	u = u.JoinPath(what)
	return ask(ctx, http.MethodGet, u.String(), nil)
}

func ask(ctx context.Context, method, address string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return errors.New("网址不对")
	}
	req.Header.Set("User-Agent", "jixiao")
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		// The address is as good as a password: only its host is told.
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return fmt.Errorf("%s：%w", req.URL.Host, err)
	}
	defer resp.Body.Close() // it was only read
	// An answer that is read to its end leaves the connection in order; what it says does not matter.
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s 回应 %s", req.URL.Host, strings.TrimSpace(resp.Status))
	}
	return nil
}
