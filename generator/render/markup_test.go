package render

import (
	"bytes"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"jixiao/generator/finding"
	"jixiao/generator/ooxml"
	"jixiao/generator/unit"
)

func TestReturnedColoursCells(t *testing.T) {
	t.Parallel()
	f, _ := reopened(t, returned(t, judged(seedFindings()...), seed(t)))
	for cell, want := range map[string]string{
		"F6": errorFill, "H6": errorFill, "H16": errorFill,
		"B7": errorFill, "C7": errorFill, "E7": errorFill, // merged
		"H18": noticeFill, "E15": noticeFill, "G6": noticeFill,
		"H24": errorFill, // an error and a notice: the worse one
		"F9":  "",        // could not be judged: not wrong itself
		"D6":  "", "B8": "", "H17": "",
	} {
		if got := fill(t, f, seedSheet, cell); got != want {
			t.Errorf("%s is filled %q, want %q", cell, got, want)
		}
	}
}

func TestReturnedKeepsStyles(t *testing.T) {
	t.Parallel()
	w := hard(t)
	before, _ := reopened(t, w.Data)
	after, _ := reopened(t, returned(t, judged(
		fault(finding.Error, hardPath, hardSheet, "D6", "R-1", "", "", "", "", ""),
		fault(finding.Notice, hardPath, hardSheet, "C8", "R-2", "", "", "", "", ""),
	), w))
	for _, cell := range []string{"D6", "B8", "E9", "C3", "G6", "A1"} {
		want, got := styleOf(t, before, hardSheet, cell), styleOf(t, after, hardSheet, cell)
		want.Fill, got.Fill = excelize.Fill{}, excelize.Fill{}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s lost its style: %+v, was %+v", cell, got, want)
		}
	}
	for cell, want := range map[string]string{"D6": errorFill, "B8": noticeFill, "C9": noticeFill, "E9": noticeFill, "C3": ""} {
		if got := fill(t, after, hardSheet, cell); got != want {
			t.Errorf("%s is filled %q, want %q", cell, got, want)
		}
	}
}

func TestReturnedNotes(t *testing.T) {
	t.Parallel()
	f, _ := reopened(t, returned(t, judged(seedFindings()...), seed(t)))
	notes := noteTexts(t, f, seedSheet)
	for cell, want := range map[string]string{
		"F6":  "【审核意见】\n错误 R-BX-03 执行数不超预算数\n填报：329.98　应为：≤ 326.68　差额：3.3\n全年执行数比全年预算数多3.30万元。请核对两数",
		"B7":  "【审核意见】\n错误 R-BX-07 收支平衡\n填报：326.68　应为：= 329.98　差额：-3.3\n按收入性质分的合计应等于按支出性质分的合计\n与R-BX-03同源",
		"E15": "【审核意见】\n提示 R-IN-03 量纲一致\n填报：=100%\n数量指标的目标是比率，请改用数量",
		"H24": "【审核意见】\n错误 R-SC-05 总分=Σ得分\n填报：98　应为：= 118　差额：-20\n各项得分合计118，与总分98不符\n" +
			"提示 R-SC-13 高分提示\n填报：98\n将列入重点抽查，请准备佐证材料",
	} {
		if notes[cell] != want {
			t.Errorf("note of %s\n%s\nwant\n%s", cell, notes[cell], want)
		}
	}
	if got, want := slices.Sorted(maps.Keys(notes)), []string{"B7", "E15", "F6", "G6", "H16", "H18", "H24", "H6"}; !slices.Equal(got, want) {
		t.Errorf("notes at %v, want %v", got, want)
	}
}

func TestReturnedListsAllFindings(t *testing.T) {
	t.Parallel()
	f, book := reopened(t, returned(t, judged(seedFindings()...), seed(t)))
	if got, want := f.GetSheetList(), []string{"审核意见", seedSheet, "自评报告"}; !slices.Equal(got, want) {
		t.Fatalf("sheets %v, want %v", got, want)
	}
	if f.GetActiveSheetIndex() != 0 {
		t.Error("the workbook does not open at 审核意见")
	}
	all, err := f.GetRows(opinionSheet)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int][]string{
		0: {"审核意见"},
		1: {"单位：219002 青禾区信访局　　审核结果：退回　　错误6处，提示4处，未判1处"},
		3: {"序号", "级别", "编号", "名称", "位置", "条目", "填报", "应为", "差额", "说明", "单位说明", "依据字段"},
		5: {"2", "错误", "R-BX-04", "执行率计算", "整体支出绩效自评表!H6", "", "100%", "= 101.01%", "-1.01个百分点",
			"执行率应为全年执行数除以全年预算数\n与R-BX-03同源，那一处改正后一般随之消除。"},
		7: {"4", "错误", "R-BX-10", "项目支出须附项目表", "", "", "0", "≥ 1", "1", "没有报送项目支出绩效自评表。请补报"},
		8: {"5", "错误", "R-SC-01", "得分不超分值", "整体支出绩效自评表!H16", "第2条 维护社会和谐稳定", "20", "≤ 10", "10",
			"得分20，大于分值10。请改为不大于分值的数\n依据：财预〔2020〕10号"},
		14: {"11", "未判", "R-BX-06", "总额=分项之和", "整体支出绩效自评表!F9", "", "", "", "", "“项目支出”没有填，这一条没有判断"},
	}
	if len(all) != 15 {
		t.Errorf("%d rows, want 15", len(all))
	}
	for i, row := range want {
		if i < len(all) && !slices.Equal(all[i], row) {
			t.Errorf("row %d\n%q\nwant\n%q", i+1, all[i], row)
		}
	}
	for row, want := range map[string]string{"E5": "'整体支出绩效自评表'!F6", "E8": "", "E15": "'整体支出绩效自评表'!F9"} {
		if has, link, err := f.GetCellHyperLink(opinionSheet, row); err != nil || has != (want != "") || link != want {
			t.Errorf("%s leads to %q (%v), want %q", row, link, err, want)
		}
	}
	if book.Sheets[0].Hidden {
		t.Error("the sheet is hidden")
	}
	checkSetup(t, f, opinionSheet, 15)
}

// checkSetup checks that the head is frozen and repeated and that the sheet prints on A4 across.
func checkSetup(t *testing.T, f *excelize.File, sheet string, last int) {
	t.Helper()
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.YSplit != headRow {
		t.Errorf("the head is not frozen: %+v %v", panes, err)
	}
	layout, err := f.GetPageLayout(sheet)
	if err != nil || *layout.Orientation != "landscape" || *layout.Size != 9 || *layout.FitToWidth != 1 {
		t.Errorf("not set up for A4 across: %+v %v", layout, err)
	}
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		if n.Scope == sheet {
			names[n.Name] = n.RefersTo
		}
	}
	want := map[string]string{
		"_xlnm.Print_Titles": "'" + sheet + "'!$4:$4",
		"_xlnm.Print_Area":   "'" + sheet + "'!$A$1:$K$" + ooxml.Ref{Row: last, Col: 1}.String()[1:],
	}
	if !maps.Equal(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
}

func TestReturnedLeavesTheRest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		w    unit.Workbook
		v    *unit.Verdict
		same []string // parts that stay byte for byte
	}{
		{"seed", seed(t), judged(seedFindings()...), []string{"xl/worksheets/sheet2.xml", "xl/theme/theme1.xml", "docProps/core.xml"}},
		{"hard", hard(t), judged(fault(finding.Error, hardPath, hardSheet, "D6", "R-1", "", "", "", "", "")),
			[]string{"xl/comments2.xml", "xl/drawings/vmlDrawing2.vml", "xl/worksheets/sheet3.xml", "docProps/core.xml"}},
	} {
		out := returned(t, c.v, c.w)
		_, book := reopened(t, out)
		for i, s := range c.w.Book.Sheets {
			if got := book.Sheets[i+1]; !reflect.DeepEqual(got, s) {
				t.Errorf("%s: sheet %s changed\n%+v\nwas\n%+v", c.name, s.Name, got, s)
			}
		}
		before, err := ooxml.Open(c.w.Data, ooxml.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		after, err := ooxml.Open(out, ooxml.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range before.Names() {
			if _, ok := after.Part(part); !ok {
				t.Errorf("%s: part %s is gone", c.name, part)
			}
		}
		for _, part := range c.same {
			a, okA := before.Part(part)
			b, okB := after.Part(part)
			if !okA || !okB || !bytes.Equal(a, b) {
				t.Errorf("%s: part %s changed", c.name, part)
			}
		}
	}
}

func TestReturnedKeepsPrintAreasAndValidations(t *testing.T) {
	t.Parallel()
	f, _ := reopened(t, returned(t, judged(fault(finding.Error, hardPath, hardSheet, "D6", "R-1", "", "", "", "", "")), hard(t)))
	names := map[string]string{}
	for _, n := range f.GetDefinedName() {
		names[n.Scope+" "+n.Name] = n.RefersTo
	}
	for name, want := range map[string]string{hardSheet + " _xlnm.Print_Area": "'表''1 甲'!$A$1:$I$25", "说明 _xlnm.Print_Titles": "说明!$1:$2"} {
		if names[name] != want {
			t.Errorf("%s is %q, want %q", name, names[name], want)
		}
	}
	list, err := f.GetDataValidations(hardSheet)
	if err != nil || len(list) != 1 || list[0].Sqref != "D6:D10" {
		t.Errorf("validations %+v %v", list, err)
	}
	if _, link, err := f.GetCellHyperLink(opinionSheet, "E5"); err != nil || link != "'表''1 甲'!D6" {
		t.Errorf("link %q %v", link, err)
	}
	selected := 0
	p, err := ooxml.Open(returned(t, judged(), hard(t)), ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range p.Names() {
		if data, _ := p.Part(name); strings.HasPrefix(name, "xl/worksheets/sheet") && bytes.Contains(data, []byte(`tabSelected="`)) && !bytes.Contains(data, []byte(`tabSelected="0"`)) {
			selected++
		}
	}
	if selected != 1 {
		t.Errorf("%d sheets are selected, want 审核意见 alone: Excel would edit them as a group", selected)
	}
}

func TestReturnedText(t *testing.T) {
	t.Parallel()
	const wild = "=1+1 <b>&\"' ]]> _x000D_ \x00\x0b 𠮷 【审核意见】"
	const kept = "=1+1 <b>&\"' ]]> _x000D_  𠮷 【审核意见】" // control characters have no way to stand in a workbook
	x := fault(finding.Error, hardPath, hardSheet, "D6", wild, wild, wild, wild, wild, wild)
	x.Item, x.ItemName, x.SameCause, x.Basis = 1, wild, wild, wild
	f, book := reopened(t, returned(t, judged(x), hard(t)))
	if got := noteTexts(t, f, hardSheet)["D6"]; strings.Count(got, "=1+1 <b>&\"' ]]>") != 7 {
		t.Errorf("note\n%s", got)
	}
	for _, c := range book.Sheets[0].Cells {
		if c.Kind != ooxml.TextCell || c.Formula != "" {
			t.Errorf("%s is not text: %+v", c.Ref, c)
		}
	}
	if got := book.Sheets[0].At(ooxml.Ref{Row: 5, Col: 7}).Text; strings.ReplaceAll(got, "\ufffd", "") != kept {
		t.Errorf("filled %q, want %q", got, kept)
	}
}

func TestReturnedWithoutOriginal(t *testing.T) {
	t.Parallel()
	damaged := finding.Finding{Rule: "R-CM-08", Name: "报送件不可读", Level: finding.Error, Place: finding.Place{Workbook: seedPath}, Message: "文件不完整。请重新保存后报送"}
	w := unit.Workbook{Path: seedPath, Data: []byte("PK\x03\x04 cut off")}
	out, err := Returned(judged(damaged), w)
	if err != nil {
		t.Fatal(err)
	}
	f, book := reopened(t, out)
	if len(book.Sheets) != 1 || book.Sheets[0].Name != opinionSheet {
		t.Fatalf("sheets %+v", book.Sheets)
	}
	all, err := f.GetRows(opinionSheet)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := all[2][0], "报送件“青禾区信访局.xlsx”无法读取，不能在原件上标注。请按下面的意见处理后重新报送。"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if got, want := all[4], []string{"1", "错误", "R-CM-08", "报送件不可读", seedPath, "", "", "", "", "文件不完整。请重新保存后报送"}; !slices.Equal(got, want) {
		t.Errorf("row %q, want %q", got, want)
	}
	checkSetup(t, f, opinionSheet, 5)
}

// A workbook without styles, or with half of them, gets what it lacks.
func TestReturnedWithoutStyles(t *testing.T) {
	t.Parallel()
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	for name, styles := range map[string]string{
		"none":          "",
		"empty":         `<styleSheet ` + main + `/>`,
		"no fills":      `<styleSheet ` + main + `><fonts count="1"><font/></fonts><cellXfs count="2"><xf fontId="0"/><xf/></cellXfs><dxfs count="0"/></styleSheet>`,
		"prefixed":      `<x:styleSheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:fonts/><x:cellXfs count="1"><x:xf><x:protection locked="0"/></x:xf></x:cellXfs><x:extLst/></x:styleSheet>`,
		"no cellXfs":    `<styleSheet ` + main + `><fills count="2"><fill/><fill><patternFill patternType="gray125"/></fill></fills><extLst/></styleSheet>`,
		"gradient fill": `<styleSheet ` + main + `><fills><fill/><fill/><fill><gradientFill degree="90"><stop position="0"><color rgb="FFFFFFFF"/></stop></gradientFill></fill></fills><cellXfs><xf fillId="2"/></cellXfs></styleSheet>`,
	} {
		w := hard(t)
		var removed []string
		if styles == "" {
			removed = append(removed, "xl/styles.xml")
		}
		data := rewritten(t, w.Data, func(part func(string) string) map[string]string {
			if styles == "" {
				rels := part("xl/_rels/workbook.xml.rels")
				line := regexp.MustCompile(`<Relationship [^>]*relationships/styles"[^>]*>(</Relationship>)?`)
				return map[string]string{"xl/_rels/workbook.xml.rels": line.ReplaceAllString(rels, "")}
			}
			// Without the old formats the cells that had them have none.
			sheet := regexp.MustCompile(` s="\d+"`).ReplaceAllString(part("xl/worksheets/sheet1.xml"), "")
			return map[string]string{"xl/styles.xml": styles, "xl/worksheets/sheet1.xml": sheet}
		}, removed...)
		out := returned(t, judged(fault(finding.Error, hardPath, hardSheet, "D6", "R-1", "", "", "", "", "")), received(t, hardPath, data))
		f, book := reopened(t, out)
		if got := fill(t, f, hardSheet, "D6"); got != errorFill {
			t.Errorf("%s: D6 is filled %q", name, got)
		}
		if got := fill(t, f, hardSheet, "C3"); got == errorFill {
			t.Errorf("%s: C3 is coloured too", name)
		}
		if book.Sheets[0].Name != opinionSheet || fill(t, f, opinionSheet, "B5") != "FADAD8" {
			t.Errorf("%s: the list has no colours", name)
		}
	}
}

// What only the marking looks at may be odd: the unit still gets its list.
func TestReturnedThatCannotBeMarked(t *testing.T) {
	t.Parallel()
	w := hard(t)
	w.Data = rewritten(t, w.Data, func(part func(string) string) map[string]string {
		return map[string]string{"xl/styles.xml": `<other/>`}
	})
	out, err := Returned(judged(fault(finding.Error, hardPath, hardSheet, "D6", "R-1", "", "", "", "", "")), w)
	if err != nil {
		t.Fatal(err)
	}
	_, book := reopened(t, out)
	if got := book.Sheets[0].At(ooxml.Ref{Row: 3, Col: 1}).Text; !strings.Contains(got, "的内部结构特殊，不能在原件上标注") {
		t.Errorf("it says %q", got)
	}
	if got := book.Sheets[0].At(ooxml.Ref{Row: 5, Col: 5}).Text; got != hardSheet+"!D6" {
		t.Errorf("position %q", got)
	}
}

func TestReturnedIsAboutItsOwnWorkbook(t *testing.T) {
	t.Parallel()
	v := judged(
		fault(finding.Error, hardPath, hardSheet, "D6", "R-1", "", "", "", "", "此表"),
		fault(finding.Error, "另一份.xlsx", hardSheet, "C3", "R-2", "", "", "", "", "另一份"),
		finding.Finding{Rule: "R-3", Level: finding.Notice, Message: "全单位"},
		fault(finding.Error, hardPath, "没有的表", "C3", "R-4", "", "", "", "", "表不在"),
		fault(finding.Error, hardPath, hardSheet, "第3行", "R-5", "", "", "", "", "格不在"),
	)
	f, book := reopened(t, returned(t, v, hard(t)))
	if got := noteTexts(t, f, hardSheet); len(got) != 2 || got["F6"] != "李会计：<账簿> 第3页" {
		t.Errorf("notes %q", got)
	}
	sheet := book.Sheets[0]
	if got := sheet.At(ooxml.Ref{Row: 3, Col: 1}).Text; !strings.HasSuffix(got, "本单位的其他报送件另有1条意见，见各自的审核意见。") {
		t.Errorf("it says %q", got)
	}
	var rules []string
	for row := headRow + 1; sheet.At(ooxml.Ref{Row: row, Col: 3}) != nil; row++ {
		rules = append(rules, sheet.At(ooxml.Ref{Row: row, Col: 3}).Text)
	}
	if want := []string{"R-1", "R-3", "R-4", "R-5"}; !slices.Equal(rules, want) {
		t.Errorf("rules %v, want %v", rules, want)
	}
}

func TestReturnedSameBytes(t *testing.T) {
	t.Parallel()
	for _, w := range []unit.Workbook{seed(t), hard(t), {Path: seedPath}} {
		v := judged(append(seedFindings(), fault(finding.Error, hardPath, hardSheet, "D6", "R-1", "", "", "", "", ""))...)
		first, err := Returned(v, w)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if again, err := Returned(v, w); err != nil || !bytes.Equal(first, again) {
				t.Errorf("%s: the same workbook gave other bytes (%v)", w.Path, err)
			}
		}
	}
}

// Excel opens an .xlsm only if it says that it is one, and runs its macros only if they are there.
func TestReturnedKeepsMacros(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"sheet.macroEnabled", "template.macroEnabled"} {
		data := rewritten(t, hard(t).Data, func(part func(string) string) map[string]string {
			const rels = "xl/_rels/workbook.xml.rels"
			withMacros, _, err := ooxml.AddRelationship([]byte(part(rels)), "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin")
			if err != nil {
				t.Fatal(err)
			}
			types := strings.ReplaceAll(part(typesPart), workbookType, "application/vnd.ms-excel."+kind+".main+xml")
			added, err := ooxml.AddOverride([]byte(types), "xl/vbaProject.bin", "application/vnd.ms-office.vbaProject")
			if err != nil {
				t.Fatal(err)
			}
			return map[string]string{rels: string(withMacros), typesPart: string(added), "xl/vbaProject.bin": "macros"}
		})
		w := received(t, "局.xlsx", data)
		v := judged(fault(finding.Error, w.Path, hardSheet, "D6", "R-1", "", "", "", "", ""))
		v.Record.Submission.Workbooks = []unit.Workbook{w}
		docs, err := Back(v, "退回/局")
		if err != nil || len(docs) != 1 || docs[0].Path != "退回/局/局.xlsm" {
			t.Fatalf("%v %v", docs, err)
		}
		p, err := ooxml.Open(docs[0].Data, ooxml.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if got := p.ContentType(p.Main()); got != macroType {
			t.Errorf("the workbook is a %s", got)
		}
		if macros, _ := p.Part("xl/vbaProject.bin"); string(macros) != "macros" {
			t.Errorf("the macros are %q", macros)
		}
	}
}

// What says that it is a template comes back as a workbook: Excel refuses an .xlsx that says so.
func TestReturnedTemplate(t *testing.T) {
	t.Parallel()
	data := rewritten(t, hard(t).Data, func(part func(string) string) map[string]string {
		return map[string]string{typesPart: strings.ReplaceAll(part(typesPart), "sheet.main+xml", "template.main+xml")}
	})
	p, err := ooxml.Open(returned(t, judged(), received(t, hardPath, data)), ooxml.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if got := p.ContentType(p.Main()); got != workbookType {
		t.Errorf("the workbook is a %s", got)
	}
}

func TestReturnedHugeMergeIsColouredOnce(t *testing.T) {
	t.Parallel()
	m := &marked{sheet: hardSheet, cells: ooxml.Rect{From: ooxml.Ref{Row: 1, Col: 1}, To: ooxml.Ref{Row: 1 << 20, Col: 1 << 14}},
		remarks: []*remark{{Finding: finding.Finding{Level: finding.Error}}}}
	if got := spotsOf([]*marked{m}); len(got) != 1 || got[0].cell.String() != "A1" {
		t.Errorf("%d cells are coloured, want A1 alone", len(got))
	}
}

func BenchmarkReturned(b *testing.B) {
	w, v := seed(b), judged(seedFindings()...)
	for b.Loop() {
		if _, err := Returned(v, w); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
}
