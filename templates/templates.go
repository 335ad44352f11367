// Package templates holds the built-in form packages (套表) inside the binary:
// one folder a form, laid out as a clerk keeps it on disk.
//
//	整体支出/
//	  填报表.xlsx                                what units fill in
//	  审核公式.xlsx                              rules, derived fields, settings, synonyms
//	  单位/{{单位名称}}整体支出绩效自评表.docx     附件1, once for each accepted unit
//	  单位/{{单位名称}}整体支出绩效自评报告.docx   附件2, once for each accepted unit
//	  汇总/{{年度}}年度绩效自评汇总表.xlsx         once for each run
//	  汇总/{{年度}}年度绩效自评情况通报.docx       once for each run
//
// The files are real Office files, edited in Word, Excel or WPS and nowhere
// else; what lies in the folder is what is embedded, tags in file names and all.
// A new built-in form is a new folder and one more go:embed line.
package templates

import (
	"embed"
	"io/fs"
)

// all: keeps files whose names begin with "_" or "."; a plain pattern would drop them in silence.
//
//go:embed all:整体支出
var forms embed.FS

// FS returns the built-in forms, read-only: each folder at its root is one form package.
func FS() fs.FS { return forms }
