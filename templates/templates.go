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
//	通用项目/  湖北/  四川/  云南/  衔接资金/
//	  填报表.xlsx                                one project a sheet; a unit sends as many as it has
//	  审核公式.xlsx                              the same, with the weights, thresholds and labels of the region
//	  单位/{{单位名称}}项目支出绩效自评审核单.xlsx   once for each accepted unit, a sheet a project
//	  汇总/{{年度}}年度项目支出绩效自评汇总表.xlsx   once for each run, by project and by unit
//
// 整体支出 is a department's own form, with its projects as 附件2. The others are the
// project forms of other regions: 通用项目 that of 财预〔2020〕10号; 湖北 20 points for
// the budget and 80 for the goals, without a column of weights; 四川 the provincial
// system's, which divides by 调整后预算数; 云南 公开14表 and 公开13表, in 元; 衔接资金 the one for
// rural funds, with the weight before the target. They name alike what means alike
// (项目.全年预算数, 项目.指标.实际完成值), whatever the region prints above the column.
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
//go:embed all:整体支出 all:通用项目 all:湖北 all:四川 all:云南 all:衔接资金
var forms embed.FS

// FS returns the built-in forms, read-only: each folder at its root is one form package.
func FS() fs.FS { return forms }
