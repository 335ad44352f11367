package form

import (
	"slices"
	"strings"

	"jixiao/generator/expr"
	"jixiao/generator/finding"
	"jixiao/generator/tag"
	"jixiao/generator/value"
)

// Names that rules and templates may use beside the form's own fields.
const (
	TaskYear       = "任务年度" // the year of the run
	UnitCode       = "单位编码" // of the roster, or in front of the unit's name
	HasRoster      = "有名册"  // whether the run has a roster
	OnRoster       = "在册"   // whether the unit is on it
	RosterName     = "名册名称" // the unit's name as the roster has it
	WorkbookCount  = "报送件数" // how many workbooks the unit sent
	RosterRecord   = "名册"   // 名册.年初预算数: what the roster holds of the unit
	LastYear       = "上年"   // 上年.总分: what the roster holds of the unit's last year, in its column 上年总分
	UnitName       = "单位名称" // as the roster spells it, in output templates
	ScoreField     = "总分"   // the field by which units are ranked
	ErrorCount     = "错误数"  // of a unit, in output templates
	NoticeCount    = "提示数"  // of a unit, in output templates: those that nobody has explained
	ExplainedCount = "已说明数" // of a unit, in output templates
	MainTroubles   = "主要问题" // names of a unit's errors, in output templates
	ActualFilled   = "填报"   // in the 提示 of a rule: what was filled
	ActualWanted   = "应为"   // … what it should be
	ActualOff      = "差额"   // … by how much it is off
	ActualItem     = "条目"   // … the name of the list item
)

// contextNames are what a run knows of a unit beside its own fields.
var contextNames = []string{TaskYear, UnitCode, HasRoster, OnRoster, RosterName, WorkbookCount}

// The lists of the templates under 汇总/.
const (
	ListAccepted = "单位"
	ListReturned = "退回单位"
	ListMissing  = "未报单位"
	ListFindings = "审核结果" // with 单位说明, which a 通报 leaves out: it is between the bureau and the unit
	ListRanking  = "排名"   // the accepted units by 总分, with 名次
	ListFrequent = "常见问题" // 编号 名称 级别 单位数 次数
)

// Message fills the 提示 of a rule that was broken.
func Message(pieces []tag.Piece, s expr.Scope, f *finding.Finding) string {
	return tag.Render(pieces, &told{s, f})
}

// planned reports whether an expression of a 提示 may be planned: it names nothing that
// only the finding tells.
func planned(e *expr.Expr) bool {
	return !slices.ContainsFunc(e.Names(), func(n expr.Name) bool {
		return slices.Contains([]string{ActualFilled, ActualWanted, ActualOff, ActualItem}, n.Path[0])
	})
}

// told is a scope that also knows what the finding says.
type told struct {
	expr.Scope
	finding *finding.Finding
}

// Behind is the scope that is asked for all other names.
func (t *told) Behind() expr.Scope { return t.Scope }

// Lookup answers 填报 应为 差额 条目 from the finding.
func (t *told) Lookup(name string) (expr.Binding, bool) {
	switch name {
	case ActualFilled:
		return expr.Binding{Value: value.Str(t.finding.Filled)}, true
	case ActualWanted:
		return expr.Binding{Value: value.Str(strings.TrimPrefix(t.finding.Expected, "= "))}, true
	case ActualOff:
		return expr.Binding{Value: value.Str(t.finding.Difference)}, true
	case ActualItem:
		return expr.Binding{Value: value.Str(t.finding.ItemName)}, true
	}
	return t.Scope.Lookup(name)
}
