package main

import (
	"flag"
	"strings"

	"github.com/urfave/cli/v2"
)

// version is the program's version; the Makefile sets it from git.
var version = "dev"

func init() {
	cli.HelpFlag = sharedFlag{&cli.BoolFlag{Name: "help", Aliases: []string{"h"}, DisableDefaultText: true, Usage: "显示用法"}}
	cli.VersionFlag = sharedFlag{&cli.BoolFlag{Name: "version", Aliases: []string{"v"}, DisableDefaultText: true, Usage: "显示版本"}}
}

// sharedFlag is a flag that the library keeps in a global variable and applies
// to every command line. A BoolFlag writes to itself when it is applied, which
// two command lines of one process (run is called so in tests) must not do at once.
type sharedFlag struct{ *cli.BoolFlag }

// Apply adds the flag to one command line and leaves the flag itself alone.
func (f sharedFlag) Apply(set *flag.FlagSet) error {
	for _, name := range f.Names() {
		set.Bool(name, false, f.Usage)
	}
	return nil
}

const appHelp = `{{.Name}} — {{.Usage}}

用法：
   {{.UsageText}}

命令：{{range .VisibleCommands}}
   {{join .Names ", "}}{{"\t"}}{{.Usage}}{{end}}

选项：{{range .VisibleFlags}}
   {{.}}{{end}}

退出码：
   0 全部通过   1 机器故障   2 用法或套表有误   3 完成，但有单位退回或未报   75 另一个 jixiao 正在写同一成果   130/143 被中断

每个命令的选项：jixiao 命令 --help
`

const commandHelp = `{{.HelpName}} — {{.Usage}}

用法：
   {{.UsageText}}
{{if .Description}}
{{.Description}}
{{end}}{{if .VisibleFlags}}
选项：{{range .VisibleFlags}}
   {{.}}{{end}}
{{end}}`

const groupHelp = `{{.HelpName}} — {{.Usage}}

命令：{{range .VisibleCommands}}
   {{join .Names ", "}}{{"\t"}}{{.Usage}}{{end}}
`

// flagTrouble puts into Chinese what the flag library says.
func flagTrouble(err error) string {
	text := err.Error()
	for english, chinese := range map[string]string{
		"flag provided but not defined: ": "没有这个选项：",
		"flag needs an argument: ":        "选项后面缺少内容：",
	} {
		if rest, ok := strings.CutPrefix(text, english); ok {
			return chinese + rest
		}
	}
	if rest, ok := strings.CutPrefix(text, "invalid value "); ok {
		value, flag, _ := strings.Cut(rest, " for flag ")
		flag, _, _ = strings.Cut(flag, ":")
		return "选项 " + flag + " 的内容 " + value + " 不对"
	}
	if strings.HasPrefix(text, "Required flag") {
		return "缺少必需的选项：" + strings.Trim(text[strings.Index(text, " \""):], ` "notset`)
	}
	return text
}
