package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"jixiao/generator/ooxml"
)

// Converter turns a workbook of before 2007 (.xls, .et) into an .xlsx package. It
// is safe for concurrent use. Its error says in Chinese why it could not, as the
// middle of a sentence.
type Converter interface {
	Convert(ctx context.Context, data []byte) ([]byte, error)
}

// convertTime is how long one conversion may take. One takes two seconds.
const convertTime = 60 * time.Second

// FindOffice returns a Converter that uses the LibreOffice of this machine, nil
// when there is none in PATH.
func FindOffice() Converter {
	program, err := exec.LookPath("soffice")
	if err != nil {
		return nil
	}
	return &office{program: program, timeout: convertTime}
}

// office converts with LibreOffice, one workbook at a time: two at once would
// share its single instance or, with two profiles, twice its memory.
type office struct {
	mu      sync.Mutex
	program string
	timeout time.Duration
}

// profile switches macros off for good, and links to other files: a workbook that
// anybody may have sent must not make this machine do or fetch anything.
const profile = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
`

// Convert runs LibreOffice in a folder of its own, with a profile of its own, and
// takes both away again. The package comes out with fixed times, so that the same
// workbook gives the same bytes.
func (o *office) Convert(ctx context.Context, data []byte) (_ []byte, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "jixiao-convert-")
	if err != nil {
		return nil, fmt.Errorf("建不了临时文件夹（%w）", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	home := filepath.Join(dir, "profile")
	in, out := filepath.Join(dir, "in.xls"), filepath.Join(dir, "out")
	settings := filepath.Join(home, "user", "registrymodifications.xcu")
	if err := errors.Join(os.MkdirAll(filepath.Dir(settings), 0o700), os.Mkdir(out, 0o700),
		os.WriteFile(settings, []byte(profile), 0o600), os.WriteFile(in, data, 0o600)); err != nil {
		return nil, fmt.Errorf("写不了临时文件（%w）", err)
	}
	limited, stop := context.WithTimeout(ctx, o.timeout)
	defer stop()
	cmd := exec.CommandContext(limited, o.program, "-env:UserInstallation=file://"+filepath.ToSlash(rooted(home)),
		"--headless", "--norestore", "--nologo", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, in)
	cmd.Dir = dir
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	together(cmd)
	cmd.WaitDelay = 5 * time.Second // for what still holds its output open
	failed := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, fmt.Errorf("转换超过 %d 秒", int(o.timeout/time.Second))
	}
	made, err := os.ReadFile(filepath.Join(out, "in.xlsx"))
	if err != nil {
		// LibreOffice ends well also when it could not read the file: what it made decides.
		if failed != nil {
			return nil, fmt.Errorf("LibreOffice 没有完成转换（%w）", failed)
		}
		return nil, errors.New("LibreOffice 打不开这个文件，可能已损坏或设有密码")
	}
	p, err := ooxml.Open(made, ooxml.DefaultLimits())
	if err != nil {
		return nil, fmt.Errorf("转换出来的工作簿不完整（%w）", err)
	}
	fixed, err := p.Rewrite(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("转换出来的工作簿写不出来（%w）", err)
	}
	return fixed, nil
}

// rooted makes a path begin with a slash, as a file URL needs it on Windows.
func rooted(p string) string {
	if p != "" && !os.IsPathSeparator(p[0]) {
		return "/" + p
	}
	return p
}
