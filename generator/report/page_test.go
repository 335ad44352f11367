package report

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"jixiao/generator/finding"
)

// void are the elements of HTML that have no end tag.
var void = map[string]bool{"meta": true, "input": true, "br": true, "link": true, "img": true}

// checkNesting fails unless every element is closed in its turn and no id stands twice.
func checkNesting(t *testing.T, page []byte) {
	t.Helper()
	z := html.NewTokenizer(bytes.NewReader(page))
	var open []string
	ids := map[string]bool{}
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("not closed: %v", open)
			}
			return
		case html.StartTagToken:
			token := z.Token()
			for _, a := range token.Attr {
				if a.Key == "id" && ids[a.Val] {
					t.Errorf("the id %s stands twice", a.Val)
				} else if a.Key == "id" {
					ids[a.Val] = true
				}
			}
			if !void[token.Data] {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

// nodes are the elements of a name, in the order of the page.
func nodes(t *testing.T, page []byte, name string) []*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// texts are what the elements of a name and class say.
func texts(t *testing.T, page []byte, name, class string) []string {
	t.Helper()
	var out []string
	for _, n := range nodes(t, page, name) {
		if class == "" || slices.Contains(strings.Fields(attr(n, "class")), class) {
			out = append(out, strings.Join(strings.Fields(text(n)), " "))
		}
	}
	return out
}

func TestPage(t *testing.T) {
	t.Parallel()
	r := fixture()
	r.Skipped = []string{"封面扫描件.pdf"}
	page := must(t, HTML, r)
	checkNesting(t, page)
	if got, want := texts(t, page, "div", "card"), []string{"应报12家", "通过8家", "退回2家", "未报2家", "错误9处", "提示14处", "已说明1处", "未判1处"}; !slices.Equal(got, want) {
		t.Errorf("cards %q, want %q", got, want)
	}
	if got, want := texts(t, page, "tr", "missing"), []string{"219005青禾区图书馆未报", "219011青禾区机关事务服务中心（含机关幼儿园、机关食堂）未报"}; !slices.Equal(got, want) {
		t.Errorf("missing %q, want %q", got, want)
	}
	if got, want := texts(t, page, "tr", "returned")[0], "219002青禾区信访局退回851198退回件：青禾区信访局.xlsx草稿：青禾区信访局整体支出绩效自评表.docx"; got != want {
		t.Errorf("returned %q, want %q", got, want)
	}
	if got := texts(t, page, "article", ""); len(got) != 8 {
		t.Errorf("%d units with findings, want 8", len(got))
	}
	for i := range r.Units {
		for _, f := range r.Units[i].findings() {
			if !bytes.Contains(page, []byte(html.EscapeString(f.Message))) {
				t.Errorf("the page does not say %q", f.Message)
			}
		}
	}
	if !bytes.Contains(page, []byte("封面扫描件.pdf")) {
		t.Error("the page does not name the file that was skipped")
	}
}

// The page must open from a stick, without a network, and say all without script.
func TestPageNeedsNothingElse(t *testing.T) {
	t.Parallel()
	page := must(t, HTML, fixture())
	for _, foreign := range []string{"http://", "https://", " src=", "@import", "url("} {
		if bytes.Contains(page, []byte(foreign)) {
			t.Errorf("the page holds %q", foreign)
		}
	}
	for _, n := range nodes(t, page, "link") {
		t.Errorf("the page links %v", n.Attr)
	}
	hidden := regexp.MustCompile(`<(\w+)[^>]* hidden[ >]`).FindAllSubmatch(page, -1)
	for _, m := range hidden {
		if string(m[1]) != "form" {
			t.Errorf("<%s> is hidden until a script shows it", m[1])
		}
	}
	if len(hidden) != 2 {
		t.Errorf("%d filter forms wait for the script, want 2", len(hidden))
	}
}

func TestPageEscapes(t *testing.T) {
	t.Parallel()
	const wild = `<script>alert(1)</script>"'&<!-- </style> {{.}} javascript:alert(1)`
	r := fixture()
	u := &r.Units[1]
	u.Unit.Name, u.Unit.Code = wild, wild
	u.Verdict.Findings[0] = finding.Finding{Rule: wild, Name: wild, Filled: wild, Expected: wild, Difference: wild, Message: wild,
		SameCause: wild, Basis: wild, Explanation: wild, ItemName: wild, Place: finding.Place{Workbook: wild, Sheet: wild, Cell: wild}}
	u.Documents = []Document{{Path: wild}, {Path: "javascript:alert(1)"}}
	r.Form, r.Year, r.Program, r.FormSHA256 = wild, wild, wild, wild
	r.Skipped = []string{wild}
	page := must(t, HTML, r)
	checkNesting(t, page)
	if got := len(nodes(t, page, "script")); got != 1 {
		t.Errorf("%d scripts, want the page's own", got)
	}
	if bytes.Contains(page, []byte("<script>alert")) || bytes.Contains(page, []byte("<!--")) || bytes.Count(page, []byte("</style>")) != 1 {
		t.Error("data became markup")
	}
	var row string
	for _, n := range nodes(t, page, "article") {
		if strings.Contains(text(n), wild) {
			row = text(n)
		}
	}
	if got := strings.Count(row, wild); got != 14 { // the heading's two, and twelve of the finding; its workbook is the unit's only one
		t.Errorf("the page says the text %d times, want 14\n%s", got, row)
	}
	for _, n := range nodes(t, page, "a") {
		if href := attr(n, "href"); !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "./") {
			t.Errorf("link to %q", href)
		}
	}
}

func TestLinksLeadToTheFiles(t *testing.T) {
	t.Parallel()
	for _, p := range []string{
		"单位/青禾区信访局/青禾区信访局整体支出绩效自评表.docx", "单位/甲 乙#1/100%?.docx", "a:b/c.docx", `退回/甲"乙'/<丙>&.xlsx`, "退回/甲/a+b;c=d.xlsx",
	} {
		r := fixture()
		r.Units[1].Documents = []Document{{Path: p}}
		found := false
		for _, n := range nodes(t, must(t, HTML, r), "a") {
			u, err := url.Parse(attr(n, "href"))
			if err != nil {
				t.Fatal(err)
			}
			if u.Scheme == "" && u.Host == "" && u.RawQuery == "" && u.Fragment == "" && path.Clean(u.Path) == p {
				found = true
			}
		}
		if !found {
			t.Errorf("no link leads to %s", p)
		}
	}
}

// many is a run of that many units with 25 findings for every twelve of them.
func many(units int) *Run {
	r := fixture()
	for i := len(r.Units); i < units; i++ {
		u := r.Units[i%12]
		u.Unit.Code, u.Unit.Name = fmt.Sprint(300000+i), fmt.Sprintf("青禾区第%d小学", i)
		r.Units = append(r.Units, u)
	}
	return r
}

// Of a large run the page has everything, but only some of it as elements.
func TestPageOfManyUnits(t *testing.T) {
	t.Parallel()
	r := many(3000)
	page := must(t, HTML, r)
	checkNesting(t, page)
	rows, shown := 0, 0
	for _, n := range nodes(t, page, "tr") {
		if n.Parent.Data != "tbody" {
			continue
		}
		if attr(n.Parent.Parent, "class") == "units" {
			rows++
		} else {
			shown++
		}
	}
	if rows != firstUnits || shown > firstFindings || shown < firstFindings-15 {
		t.Errorf("%d units and %d findings are elements, want %d and about %d", rows, shown, firstUnits, firstFindings)
	}
	later := 0
	for _, n := range nodes(t, page, "script") {
		if attr(n, "type") == "text/html" {
			checkNesting(t, []byte(text(n)))
			later += strings.Count(text(n), `<tr class="`)
		}
	}
	if all := len(r.Units) + r.Summary().Findings(); rows+shown+later != all {
		t.Errorf("%d rows are elements and %d wait, want %d in all", rows+shown, later, all)
	}
	for _, name := range []string{"青禾区第311小学", "青禾区第2999小学"} {
		if !bytes.Contains(page, []byte(name)) {
			t.Errorf("%s is not in the page", name)
		}
	}
}

// What waits as text must not end the block that it waits in.
func TestPageOfManyUnitsEscapes(t *testing.T) {
	t.Parallel()
	const wild = "</script><!-- <script> --> & \"'"
	r := many(400)
	r.Units[390].Unit.Name = wild
	r.Units[385].Verdict.Findings[0].Message = wild // of every twelfth unit: they share it
	page := must(t, HTML, r)
	checkNesting(t, page)
	if got := len(nodes(t, page, "script")); got != 3 {
		t.Errorf("%d scripts, want the page's own and two blocks", got)
	}
	if bytes.Contains(page, []byte("<!--")) || bytes.Count(page, []byte("</script>")) != 3 {
		t.Error("data became markup")
	}
	if got := bytes.Count(page, []byte(html.EscapeString(wild))); got < 2 {
		t.Errorf("the text stands %d times in the page", got)
	}
}

func TestPageNamesWorkbookOnlyWhenItMustBeTold(t *testing.T) {
	t.Parallel()
	r := fixture()
	sub := r.Units[1].Verdict.Record.Submission
	if got := r.Units[1].view(1).Findings[0].Workbook; got != "" {
		t.Errorf("the only workbook is named: %q", got)
	}
	sub.Workbooks = append(sub.Workbooks, sub.Workbooks[0])
	if got := r.Units[1].view(1).Findings[0].Workbook; got == "" {
		t.Error("of two workbooks none is named")
	}
}
