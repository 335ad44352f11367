package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/urfave/cli/v2"
)

// logging is where a run's log goes.
type logging struct {
	logger *slog.Logger // nil: nowhere
	file   *os.File     // nil: not to a file of its own
	stderr bool         // to standard error, which then has no other lines
}

func logFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "log", Usage: "日志写到哪个`文件`（接在后面），- 是标准错误；不含填报的内容"},
		&cli.StringFlag{Name: "log-format", Value: "text", Usage: "日志的`格式`：text 或 json"},
	}
}

// openLog reads --log and --log-format.
func openLog(c *cli.Context) (logging, error) {
	var l logging
	format := c.String("log-format")
	if format != "text" && format != "json" {
		return l, usageError{fmt.Sprintf("--log-format %s 不对，请写 text 或 json", format)}
	}
	var w io.Writer
	switch name := c.String("log"); name {
	case "":
		return l, nil
	case "-":
		w, l.stderr = c.App.ErrWriter, true
	default:
		var err error
		if l.file, err = os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
			return l, explain(fmt.Errorf("打开日志：%w", err), noJob)
		}
		w = l.file
	}
	if format == "json" {
		l.logger = slog.New(slog.NewJSONHandler(w, nil))
	} else {
		l.logger = slog.New(slog.NewTextHandler(w, nil))
	}
	return l, nil
}

// progress is where the progress of the run goes: nowhere when the log takes the place.
func (l logging) progress(w io.Writer) io.Writer {
	if l.stderr {
		return io.Discard
	}
	return w
}

func (l logging) close() error {
	if l.file == nil {
		return nil
	}
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("写入日志：%w", err)
	}
	return nil
}

// build tells two builds of one version apart: the hash of the program's own
// file. Documents of another build are rendered anew, whatever its version says.
var build = sync.OnceValue(func() string {
	name, err := os.Executable()
	if err != nil {
		return "" // then the version alone decides
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close() // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
})
