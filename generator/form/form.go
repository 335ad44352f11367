// Package form compiles a form package (套表) — one folder with a fill-in
// workbook, its rules and its output templates — into a [Form].
//
//	填报表.xlsx     ─► fillin.Map      where the values stand and of what type they are
//	审核公式.xlsx   ─► Rules           sheet 审核公式: one row a check
//	                  Derived         sheet 计算项: fields computed from others
//	                  Settings        sheet 参数: weights, thresholds, bands of a region
//	                  synonyms        sheet 同义词: labels that mean the same
//	单位/*          ─► Documents       rendered once for each accepted unit
//	汇总/*          ─► Summaries       rendered once for each run
//
// A Form is immutable and shared by all workers. Whatever is wrong with the
// folder comes back as one list of faults, each with its file and place;
// a form with faults is never run.
package form

import (
	"jixiao/generator/docx"
	"jixiao/generator/expr"
	"jixiao/generator/fillin"
	"jixiao/generator/finding"
	"jixiao/generator/tag"
	"jixiao/generator/unit"
	"jixiao/generator/value"
	"jixiao/generator/xlsx"
)

// Names of the two workbooks and the two folders of a form package.
const (
	FillInFile    = "填报表.xlsx"
	RulesFile     = "审核公式.xlsx"
	UnitFolder    = "单位"
	SummaryFolder = "汇总"
)

// Form is a compiled form package.
type Form struct {
	Name      string
	SHA256    string // over all files of the package, names and contents
	Map       *fillin.Map
	Rules     []Rule
	Derived   []Derived
	Settings  unit.Figures
	Plan      *expr.Plan // what rules and derived fields have in common
	Documents []Template
	Summaries []Template
	Remarks   []tag.Fault // what lint tells beside faults: it keeps nothing from running
}

// Rule is one row of the sheet 审核公式.
type Rule struct {
	ID        string // of the trade's list: R-CM-01; a finding carries it
	Row       string // 编号 as the sheet has it, unique: R-CM-01.2
	Name      string
	Level     finding.Level
	When      *expr.Expr // 适用条件; nil: always
	Test      *expr.Expr // 公式: must be true
	Tolerance *expr.Expr // 容差, in the unit of what is compared; nil: 0
	Message   []tag.Piece
	Basis     string
	Lists     [][]string // the lists whose items it is judged for, outermost first; none: once a unit
	Fields    []string   // names that the formula rests on, derived fields replaced by what they are computed from
	Asked     []string   // the same of 适用条件
	Summed    []string   // those of Fields and Asked that stand for every item of their list, inside 合计 and the like
	Place     string     // 审核公式.xlsx 审核公式!A5, for faults

	Check *expr.Check // When, Test and Tolerance as the form's Plan knows them
}

// List is the list whose items the rule is judged for: the deepest of Lists, on whose
// path the others lie; nil: the rule is judged once a unit.
func (r *Rule) List() []string {
	var deepest []string
	for _, l := range r.Lists {
		if len(l) > len(deepest) {
			deepest = l
		}
	}
	return deepest
}

// Derived is one row of the sheet 计算项.
type Derived struct {
	Name  string
	Expr  *expr.Expr
	Type  value.Type // by which it prints
	Place string

	Fields []string // names that it rests on, other derived fields replaced by what they are computed from
}

// Template is one output template; exactly one of Word and Sheet is set.
type Template struct {
	File  string      // its path in the package: 单位/{{单位名称}}整体支出绩效自评表.docx
	Name  []tag.Piece // the file name without the folder
	Lists [][]string  // the list whose items each become a file; none: one file
	Word  *docx.Template
	Sheet *xlsx.Template
}

// Render fills the template; stamp heads every page ("" for none).
func (t *Template) Render(s expr.Scope, stamp string) ([]byte, error) {
	if t.Word != nil {
		return t.Word.Render(s, docx.Options{Stamp: stamp})
	}
	return t.Sheet.Render(s, xlsx.Options{Stamp: stamp})
}
