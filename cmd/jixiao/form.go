package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"jixiao/generator/form"
	"jixiao/generator/tag"
	"jixiao/templates"
)

func formCommand() *cli.Command {
	return &cli.Command{
		Name:  "form",
		Usage: "套表：列出、检查、导出",
		Subcommands: []*cli.Command{
			{
				Name: "list", Usage: "列出内置套表", UsageText: "jixiao form list",
				Action: formList, OnUsageError: wrongUsage, CustomHelpTemplate: commandHelp,
			},
			{
				Name: "lint", Usage: "检查套表：一次列出全部问题和位置", UsageText: "jixiao form lint [套表名称或文件夹]",
				Action: formLint, OnUsageError: wrongUsage, CustomHelpTemplate: commandHelp,
			},
			{
				Name: "export", Usage: "把内置套表写成文件夹，用 Excel 和 Word 修改", UsageText: "jixiao form export 套表名称 文件夹",
				Action: formExport, OnUsageError: wrongUsage, CustomHelpTemplate: commandHelp,
			},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usageError{fmt.Sprintf("没有命令“form %s”。可用的有 list、lint、export", c.Args().First())}
			}
			return cli.ShowSubcommandHelp(c)
		},
		OnUsageError:       wrongUsage,
		CustomHelpTemplate: groupHelp,
	}
}

func formList(c *cli.Context) error {
	entries, err := fs.ReadDir(templates.FS(), ".")
	if err != nil {
		return fmt.Errorf("读取内置套表：%w", err)
	}
	for _, e := range entries {
		f, err := loadForm(e.Name())
		if err != nil {
			return err
		}
		fmt.Fprintf(c.App.Writer, "%s\n", f.Name)
		fmt.Fprintf(c.App.Writer, "  填报项 %d 个，审核公式 %d 条，计算项 %d 个\n", len(f.Map.Specs()), len(f.Rules), len(f.Derived))
		for _, t := range append(append([]form.Template{}, f.Documents...), f.Summaries...) {
			fmt.Fprintf(c.App.Writer, "  %s\n", t.File)
		}
	}
	return nil
}

func formLint(c *cli.Context) error {
	if c.NArg() > 1 {
		return usageError{fmt.Sprintf("一次只检查一个套表，多出了“%s”", c.Args().Get(1))}
	}
	name := defaultForm
	if c.Args().Present() {
		name = c.Args().First()
	}
	f, faults, err := readForm(name)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return usageError{listFaults(name, faults) + remarks(f)}
	}
	fmt.Fprintf(c.App.Writer, "套表 %s 没有问题：填报项 %d 个，审核公式 %d 条，计算项 %d 个，模板 %d 个\n",
		f.Name, len(f.Map.Specs()), len(f.Rules), len(f.Derived), len(f.Documents)+len(f.Summaries))
	if said := remarks(f); said != "" {
		fmt.Fprintln(c.App.Writer, strings.TrimPrefix(said, "\n"))
	}
	return nil
}

func formExport(c *cli.Context) error {
	if c.NArg() != 2 {
		return usageError{"要写套表名称和文件夹，例如：jixiao form export 整体支出 我的套表"}
	}
	name, dir := c.Args().Get(0), c.Args().Get(1)
	sub, err := fs.Sub(templates.FS(), name)
	if err == nil {
		_, err = fs.Stat(sub, ".")
	}
	if err != nil {
		return usageError{fmt.Sprintf("没有内置套表“%s”。运行 jixiao form list 查看", name)}
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return usageError{fmt.Sprintf("%s 里已有文件，为免覆盖，请换一个空的文件夹", dir)}
	}
	err = fs.WalkDir(sub, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(p))
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		data, err := fs.ReadFile(sub, p)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
	if err != nil {
		return fmt.Errorf("导出套表：%w", err)
	}
	fmt.Fprintf(c.App.Writer, "套表 %s 已写到 %s。修改后运行：jixiao form lint %s\n", name, dir, dir)
	return nil
}

// loadForm compiles a form that must be free of faults.
func loadForm(name string) (*form.Form, error) {
	f, faults, err := readForm(name)
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, usageError{listFaults(name, faults)}
	}
	return f, nil
}

// readForm finds a form: a folder of that name, else a built-in form.
func readForm(name string) (*form.Form, []tag.Fault, error) {
	var fsys fs.FS
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, nil, fmt.Errorf("查找套表 %s：%w", name, err)
		}
		fsys, name = os.DirFS(abs), filepath.Base(abs)
	} else {
		if strings.ContainsAny(name, `/\`) || name == "" || name == "." {
			return nil, nil, usageError{fmt.Sprintf("没有套表文件夹 %s，请检查路径", name)}
		}
		sub, err := fs.Sub(templates.FS(), name)
		if err == nil {
			_, err = fs.Stat(sub, ".")
		}
		if errors.Is(err, fs.ErrNotExist) || err != nil {
			return nil, nil, usageError{fmt.Sprintf("没有套表“%s”：既不是文件夹，也不是内置套表。运行 jixiao form list 查看内置套表", name)}
		}
		fsys = sub
	}
	return form.Load(name, fsys)
}

// remarks lists what keeps nothing from running; "" for none.
func remarks(f *form.Form) string {
	if len(f.Remarks) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n另有 %d 处提醒，不影响使用：", len(f.Remarks))
	writeFaults(&b, f.Remarks)
	return b.String()
}

// mostFaults is how many faults of a form are listed at once.
const mostFaults = 200

func listFaults(name string, faults []tag.Fault) string {
	var b strings.Builder
	fmt.Fprintf(&b, "套表 %s 有 %d 处问题：", name, len(faults))
	writeFaults(&b, faults[:min(len(faults), mostFaults)])
	if len(faults) > mostFaults {
		fmt.Fprintf(&b, "\n  ……另有 %d 处", len(faults)-mostFaults)
	}
	return b.String()
}

func writeFaults(w io.Writer, faults []tag.Fault) {
	for _, f := range faults {
		fmt.Fprintf(w, "\n  %s", f.Place)
		if f.Source != "" {
			fmt.Fprintf(w, "  %s", f.Source)
		}
		fmt.Fprintf(w, "\n      %s", f.Message)
	}
}
