package report

import (
	"bytes"
	_ "embed" // page.html and what stands in it
	"fmt"
	"html/template"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"jixiao/generator/finding"
	"jixiao/generator/unit"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string

	pageTemplate = template.Must(template.New(PageFile).Parse(pageHTML))
)

// What page.html shows, ready to print: the template only places it.
type (
	pageView struct {
		CSS       template.CSS
		JS        template.JS
		Title     string
		Form      string
		Year      string
		SHA256    string
		Program   string
		Summary   Summary
		Cards     []cardView
		Shares    []shareView
		Scores    *scoresView // nil when no accepted unit has a score
		Rules     []ruleView
		RulesLeft int // rules that are not among the most frequent
		Documents []linkView
		Skipped   []string
		Units     []unitView
		HasScore  bool
		LaterRows bool         // some units are not in the table until the script puts them there
		Later     bool         // … and some findings
		Choices   []choiceView // all rules, to filter by
		Accounts  []linkView   // 审核情况.xlsx and run.json
	}
	cardView struct {
		Name, Class string
		Count       int
		Unit        string // 家 or 处
	}
	shareView struct {
		Name, Class string
		Count       int
		Percent     string // of all units
		Wide        bool   // wide enough for its name
	}
	choiceView struct{ ID, Name string }
	linkView   struct {
		URL  template.URL
		Name string
		Note string // 退回件, 草稿 or 核实意见
	}
	unitView struct {
		ID        string
		Code      string
		Name      string
		Outcome   string // 通过
		Class     string // accepted
		Missing   bool
		Errors    int
		Notices   int
		Explained int
		Unjudged  int
		Score     string
		HasScore  bool // the table has a column for it
		RowLater  bool // its row is only text until the script shows it
		Later     bool // its findings are
		Links     []linkView
		Findings  []findingView
	}
	findingView struct {
		Level, Class  string
		Rule, Name    string
		Sheet, Cell   string
		Workbook      string // "" when the unit sent only one
		Item          string
		Filled        string
		Expected      string
		Difference    string
		Message       string
		Explanation   string
		SameCause     string
		Basis         string
		HasDifference bool
	}
	ruleView struct {
		ID, Name, Level, Class string
		Units, Times           int
		Percent                int // of the most frequent one
	}
)

// mostRules is how many rules the page's list of the most frequent ones shows.
const mostRules = 8

// How many rows of each table are elements from the start. A browser takes half a
// minute to lay out 30,000 rows; the rest of them wait as text, which it only
// reads over, until they are searched for, asked for or printed.
const (
	firstUnits    = 300
	firstFindings = 600
)

// HTML is 运行报告.html: one page that needs no network and no server. Links are
// relative to the results folder, in which the page lies.
func HTML(r *Run) ([]byte, error) {
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, r.view()); err != nil {
		return nil, fmt.Errorf("写出%s：%w", PageFile, err)
	}
	return out.Bytes(), nil
}

func (r *Run) view() *pageView {
	s := r.Summary()
	v := &pageView{
		CSS: template.CSS(pageCSS), JS: template.JS(pageJS),
		Title: r.title() + "绩效自评运行报告", Form: r.Form, Year: r.Year,
		SHA256: r.FormSHA256, Program: r.Program, Summary: s,
		Cards: []cardView{
			{"应报", "all", s.Units(), "家"}, {"通过", "accepted", s.Accepted, "家"},
			{"退回", "returned", s.Returned, "家"}, {"未报", "missing", s.Missing, "家"},
			{"错误", "error", s.Errors, "处"}, {"提示", "notice", s.Notices, "处"}, {"已说明", "explained", s.Explained, "处"}, {"未判", "unjudged", s.Unjudged, "处"},
		},
		Documents: links(r.Documents), Skipped: r.Skipped, Accounts: links([]Document{{Path: WorkbookFile}, {Path: JSONFile}}),
	}
	for _, c := range v.Cards[1:4] {
		if c.Count > 0 {
			v.Shares = append(v.Shares, shareView{c.Name, c.Class, c.Count, percent(c.Count, s.Units()), c.Count*20 >= s.Units()})
		}
	}
	rules := r.rules()
	v.Choices = choices(rules)
	v.Rules, v.RulesLeft = mostFrequent(rules)
	sc := r.scores()
	v.Scores = newScoresView(sc)
	v.HasScore = sc.Count > 0
	v.Units = make([]unitView, len(r.Units))
	findings := 0
	for i := range r.Units {
		u := r.Units[i].view(i)
		u.HasScore = v.HasScore
		u.RowLater = i >= firstUnits
		findings += len(u.Findings)
		u.Later = findings > firstFindings && findings > len(u.Findings) // the first unit with findings is always there
		v.LaterRows = v.LaterRows || u.RowLater
		v.Later = v.Later || u.Later && len(u.Findings) > 0
		v.Units[i] = u
	}
	return v
}

// choices are the rules to filter by, one for each id.
func choices(tallies []ruleTally) []choiceView {
	var list []choiceView
	index := map[string]int{}
	for _, t := range tallies {
		i, known := index[t.ID]
		switch {
		case !known:
			index[t.ID] = len(list)
			list = append(list, choiceView{t.ID, t.Name})
		case !slices.Contains(strings.Split(list[i].Name, "、"), t.Name):
			list[i].Name += "、" + t.Name
		}
	}
	slices.SortFunc(list, func(a, b choiceView) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// percent is a share with one decimal, half up: 8.3.
func percent(n, of int) string {
	if of == 0 {
		return "0"
	}
	return decimal.NewFromInt(int64(n*100)).DivRound(decimal.NewFromInt(int64(of)), 1).String()
}

// mostFrequent picks the rules that were broken most often, whatever their
// level, and says how many others there are.
func mostFrequent(tallies []ruleTally) (views []ruleView, left int) {
	sorted := byFrequency(tallies)
	shown := min(len(sorted), mostRules)
	for _, t := range sorted[:shown] {
		views = append(views, ruleView{
			ID: t.ID, Name: t.Name, Level: t.Level.Chinese(), Class: t.Level.String(), Units: t.Units, Times: t.Times,
			Percent: max(1, t.Times*100/sorted[0].Times),
		})
	}
	return views, len(sorted) - shown
}

func (u *Unit) view(i int) unitView {
	l := u.findings()
	v := unitView{
		ID: fmt.Sprintf("u%d", i+1), Code: u.Unit.Code, Name: u.Unit.Name,
		Outcome: u.Outcome.Chinese(), Class: u.Outcome.String(), Missing: u.Outcome == unit.Missing,
		Errors: l.Count(finding.Error), Notices: l.Count(finding.Notice), Explained: l.CountExplained(), Unjudged: l.Count(finding.Unjudged),
		Links: links(u.Documents),
	}
	if n, ok := u.score(); ok {
		v.Score = n.String()
	}
	several := len(u.workbooks()) > 1
	v.Findings = make([]findingView, len(l))
	for j := range l {
		f := &l[j]
		class := f.Level.String()
		if f.Explained() {
			class = "explained"
		}
		v.Findings[j] = findingView{
			Level: f.State(), Class: class, Rule: f.Rule, Name: f.Name,
			Sheet: f.Place.Sheet, Cell: f.Place.Cell, Item: unit.ItemLabel(f.Item, f.ItemName),
			Filled: f.Filled, Expected: f.Expected, Difference: f.Difference, HasDifference: f.Difference != "",
			Message: f.Message, Explanation: f.Explanation, SameCause: f.SameCause, Basis: f.Basis,
		}
		if several || f.Place.Sheet == "" {
			v.Findings[j].Workbook = f.Place.Workbook
		}
	}
	return v
}

// links turns published documents into links of the page.
func links(documents []Document) []linkView {
	out := make([]linkView, len(documents))
	for i, d := range documents {
		out[i] = linkView{URL: relative(d.Path), Name: path.Base(d.Path)}
		// In a drop folder the paths begin with ../
		switch parts := strings.Split(strings.TrimLeft(d.Path, "./"), "/"); {
		case len(parts) > 2 && parts[len(parts)-2] == "核实意见":
			out[i].Note = "核实意见"
		case parts[0] != "退回":
		case len(parts) > 2 && parts[len(parts)-2] == "草稿":
			out[i].Note = "草稿"
		default:
			out[i].Note = "退回件"
		}
	}
	return out
}

// relative is the URL of a path below the results folder. The leading ./ keeps a
// folder with a colon in its name from being read as a scheme.
func relative(p string) template.URL {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return template.URL("./" + strings.Join(parts, "/"))
}
